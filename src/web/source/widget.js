// Puts the finder of this gateway, or of one of its areas, into the page this script stands in:
// <script src="https://gateway.example.org/widget.js" data-area="bristol"></script>
// It sets no cookies and asks nobody but the gateway.

const script = document.currentScript;
const gateway = script.src.replace(/\/widget\.js.*$/, "");
const { area, title } = script.dataset;
const frame = document.createElement("iframe");
frame.src = `${gateway}${area ? `/areas/${encodeURIComponent(area)}` : ""}/widget`;
frame.title = title ?? "Find activities";
frame.style.cssText = "display:block;width:100%;height:800px;border:0";
script.after(frame);

// The finder says how tall it is, so that it never scrolls in itself.
addEventListener("message", ({ source, data }) => {
  const height = Number(data?.batonHeight);
  if (source === frame.contentWindow && height > 0) frame.style.height = `${Math.ceil(height)}px`;
});
