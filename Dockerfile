# The gateway as an image. Mount a configuration at /etc/baton/baton.toml and a volume at /data.

FROM rust:1.95-slim-bookworm AS builder
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin baton \
    && cp target/release/baton /usr/local/bin/baton

FROM debian:bookworm-slim
# Root certificates: without them the program does not start.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin baton \
    && install -d -o baton -g baton /data
COPY --from=builder /usr/local/bin/baton /usr/local/bin/baton
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
# Above the configuration file: in a container nothing is reached on 127.0.0.1, nor kept outside /data.
ENV BATON__SERVER__LISTEN=0.0.0.0:8080 \
    BATON__STORE__URL=sqlite:/data/baton.db
# Asks /readyz with bash alone: the image has no curl. A large database takes a while to be read.
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r -u 3 status && [[ $status == *' 200 '* ]]"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["baton"]
CMD ["serve", "--config", "/etc/baton/baton.toml"]
