//! Text as people read it: without markup, with whole entities.

use std::borrow::Cow;

use super::meeting::without_joining_links;

/// Returns one line of plain text: markup gone, entities decoded, white space folded, and no link into
/// an online meeting.
pub(super) fn line(text: &str) -> String {
    let plain = plain(text);
    if is_one_line(&plain) {
        return without_joining_links(plain.into_owned());
    }
    without_joining_links(plain.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Tells whether nothing is to be folded: plain letters with single spaces between them.
fn is_one_line(text: &str) -> bool {
    let mut before = b' ';
    let is_folded = text.bytes().all(|b| {
        let is_single = b.is_ascii_graphic() || (b == b' ' && before != b' ');
        before = b;
        is_single
    });
    is_folded && (before != b' ' || text.is_empty())
}

/// Returns one line of plain text with commas where lines ended, as addresses are written.
pub(super) fn row(text: &str) -> String {
    if is_one_line(text) && !text.contains('<') {
        return line(text);
    }
    let block = block(text);
    if !block.contains('\n') {
        return block;
    }
    let lines = block.lines().map(|line| line.trim_matches([',', ' ']));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Returns plain text with its line breaks: markup gone, entities decoded, no blank edges, and no link
/// into an online meeting.
pub(super) fn block(text: &str) -> String {
    let plain = plain(text);
    let mut out = String::with_capacity(plain.len());
    let mut blank_lines = 0;
    for row in plain.lines() {
        let row = if is_one_line(row) {
            Cow::Borrowed(row)
        } else {
            Cow::Owned(row.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        if row.is_empty() {
            blank_lines += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if blank_lines > 0 { "\n\n" } else { "\n" });
        }
        blank_lines = 0;
        out.push_str(&row);
    }
    without_joining_links(out)
}

/// Tells whether the text carries markup.
pub(super) fn has_markup(text: &str) -> bool {
    let from_tag = tag_at(text).and_then(|at| text.get(at..));
    from_tag.is_some_and(|from_tag| from_tag.contains('>') || is_cut_off(from_tag))
}

/// Removes tags, decodes entities, and once more, since some feeds escape their markup.
fn plain(text: &str) -> Cow<'_, str> {
    let may_be_marked = text.bytes().any(|b| matches!(b, b'<' | b'&' | b'\r') || !b.is_ascii());
    if !may_be_marked || !text.contains(is_cleaned) {
        return Cow::Borrowed(text);
    }
    let mut current = text.replace("\r\n", "\n").replace('\r', "\n");
    for _ in 0..2 {
        let stripped = strip_tags(&current);
        let decoded = html_escape::decode_html_entities(&stripped);
        let done = !has_markup(&decoded);
        current = decoded.into_owned();
        if done {
            break;
        }
    }
    Cow::Owned(strip_tags(&current).replace('\u{a0}', " ").replace(is_unseen, ""))
}

fn is_cleaned(c: char) -> bool {
    matches!(c, '<' | '&' | '\r' | '\u{a0}') || is_unseen(c)
}

/// Tells whether a character is not to be seen, so that it would hide the word that it stands in.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// Returns where the first tag starts: `<` before a letter, `/` or `!`; `a < b` is none.
fn tag_at(text: &str) -> Option<usize> {
    text.match_indices('<').map(|(at, _)| at).find(|at| {
        let next = text.as_bytes().get(at + 1);
        next.is_some_and(|b| b.is_ascii_alphabetic() || *b == b'/' || *b == b'!')
    })
}

/// Replaces block tags by line breaks, drops the others, and drops comments, scripts and styles whole.
fn strip_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let last_comment = text.rfind("-->").unwrap_or(0);
    while let Some(at) = tag_at(rest) {
        let (before, from_tag) = rest.split_at(at);
        out.push_str(before);
        let may_be_closed = text.len() - from_tag.len() < last_comment;
        let comment = from_tag.strip_prefix("<!--").filter(|_| may_be_closed);
        if let Some((_, after)) = comment.and_then(|comment| comment.split_once("-->")) {
            rest = after;
            continue;
        }
        let Some(end) = from_tag.find('>') else {
            if !is_cut_off(from_tag) {
                out.push_str(from_tag);
            }
            return out;
        };
        let (tag, after) = from_tag.split_at(end + 1);
        let name: String =
            tag.chars().skip(1).take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
        let name = name.to_ascii_lowercase();
        rest = after;
        match name.trim_end_matches('/') {
            "script" | "style" => {
                let name = name.trim_end_matches('/');
                let closes = |at: &usize| {
                    let closing = rest.get(at + 2..at + 2 + name.len());
                    closing.is_some_and(|closing| closing.eq_ignore_ascii_case(name))
                };
                let close = rest.match_indices("</").map(|(at, _)| at).find(closes);
                rest = close.and_then(|at| rest.get(at..)).unwrap_or("");
            }
            "br" | "hr" => out.push('\n'),
            "li" => {
                begin_line(&mut out);
                out.push_str("- ");
            }
            "td" | "th" => out.push(' '),
            name if name.strip_prefix('/').is_some_and(is_block) => out.push('\n'),
            name if is_block(name) => begin_line(&mut out),
            _ => {}
        }
    }
    out.push_str(rest);
    out
}

fn is_block(name: &str) -> bool {
    BLOCKS.split(' ').any(|known| known == name)
}

/// Begins a line unless it has begun, if only with the mark of an item of a list.
fn begin_line(out: &mut String) {
    let line = out.rsplit('\n').next().unwrap_or_default().trim();
    if !matches!(line, "" | "-") {
        out.push('\n');
    }
}

/// Tells whether what is open to the end of a text is a tag, cut off with the text: `<intermediate players`
/// is none.
fn is_cut_off(open: &str) -> bool {
    if open.starts_with("</") || open.starts_with("<!") {
        return true;
    }
    let inner = open.trim_start_matches('<');
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let (name, rest) = inner.split_at(end);
    let is_tag = TAGS.split(' ').any(|known| known.eq_ignore_ascii_case(name));
    is_tag && (rest.contains('=') || rest.trim_matches(['/', ' ']).is_empty())
}

/// Returns the words of a text.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Tells whether a word is among those known, however it is written.
pub(super) fn is_one_of(word: &str, known: &[&str]) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Ends a text with a full stop unless it already ends a sentence.
pub(super) fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?', '…']) { text.to_owned() } else { format!("{text}.") }
}

/// Joins words as English does: `a`, `a and b`, `a, b and c`.
pub(super) fn and_list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// Elements that stand on lines of their own.
const BLOCKS: &str = "p div li ul ol tr h1 h2 h3 h4 h5 h6 blockquote dt dd";

/// The tags that text of publishers ends within.
const TAGS: &str = "a b blockquote br center div em font h1 h2 h3 h4 hr i iframe img li ol p script span \
    strong style table td tr u ul";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_line_breaks_and_entities_become_letters() {
        for (html, expected) in [
            ("<p>A &amp; B.</p><p>C.</p>", "A & B.\nC."),
            ("a<br>b<br/>c", "a\nb\nc"),
            ("x < y and 3 > 2", "x < y and 3 > 2"),
            ("&lt;p&gt;Hello&lt;/p&gt;", "Hello"),
            ("a<script>alert('x')</script>b", "ab"),
            ("a<script>never closed", "a"),
            ("a<script>'</b>'</Script>b<style>x</style >c", "abc"),
            ("<!--a>b-->c<!--d>e", "ce"),
            ("one\r\n\r\n\r\ntwo", "one\n\ntwo"),
            ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
            ("caf&eacute; &#39;x&#39;", "café 'x'"),
            ("tail <b", "tail"),
            ("tail <a href=\"https://x.org", "tail"),
            ("tail </stro", "tail"),
            ("tail <!-- a", "tail"),
            (
                "level <intermediate players. Bring water.",
                "level <intermediate players. Bring water.",
            ),
            ("<é>", "<é>"),
            ("<!-- hidden <b>x</b> -->Yoga", "Yoga"),
            ("<!--[if gte mso 9]><xml>0</xml><![endif]-->Yoga<!---->.", "Yoga."),
            ("<h5>a</h5>b<blockquote>c</blockquote>d", "a\nb\nc\nd"),
            ("Bring:<ul><li><p>a</p></li><li>b</li></ul>", "Bring:\n- a\n\n- b"),
            ("One.<p>Two.</p>", "One.\nTwo."),
            ("<dl><dt>When</dt><dd>Mondays</dd><dt>Where</dt></dl>", "When\nMondays\nWhere"),
        ] {
            assert_eq!(block(html), expected, "{html}");
        }
        assert_eq!(line("  Walking&nbsp;Football  "), "Walking Football");
        assert_eq!(row("Unit 1,\r\n\n 12  High St<br>Leeds "), "Unit 1, 12 High St, Leeds");
        assert_eq!(row("76 Shacklewell Lane<br />Hackney"), "76 Shacklewell Lane, Hackney");
    }

    #[test]
    fn lists_read_as_english() {
        let words = |n: usize| ["a", "b", "c"].iter().take(n).map(|w| (*w).to_owned()).collect();
        let list = |n| and_list(&Vec::from_iter::<Vec<String>>(words(n)));
        assert_eq!(
            (list(0), list(1), list(2), list(3)),
            (String::new(), "a".into(), "a and b".into(), "a, b and c".into())
        );
    }
}
