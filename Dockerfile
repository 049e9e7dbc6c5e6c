# Both programs in one image: `gateway-api` (the default) and `outbox-worker`.
FROM rust:1.95.0-bookworm AS build
WORKDIR /build
COPY . .
RUN cargo build --release --locked -p gateway-api -p outbox-worker

FROM debian:bookworm-slim
# Certificate authorities for providers and webhooks; curl for the health check.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home gateway
COPY --from=build /build/target/release/gateway-api /build/target/release/outbox-worker /usr/local/bin/
USER 10001
EXPOSE 8080
CMD ["gateway-api"]
