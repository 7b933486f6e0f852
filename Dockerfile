# Builds Idlefleet and packs it with the Java it runs on. One image serves as coordinator and as node.
FROM eclipse-temurin:25-jdk AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends maven \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN mvn -B -ntp -Dquick -Dmaven.test.skip=true -pl benchmarks -am package \
    && mkdir -p /opt/idlefleet/lib \
    && cp */target/*-[0-9]*.jar /opt/idlefleet/lib/ \
    && tr ':' '\n' < benchmarks/target/classpath | grep -v '^/source/' | xargs -I{} cp {} /opt/idlefleet/lib/

FROM eclipse-temurin:25-jre
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --create-home idlefleet \
    && mkdir -p /data /tokens \
    && chown idlefleet:idlefleet /data /tokens
COPY --from=build /opt/idlefleet /opt/idlefleet
COPY docker/idlefleet /usr/local/bin/idlefleet
COPY docker/enrol /opt/idlefleet/bin/enrol
COPY LICENSE /opt/idlefleet/LICENSE
ENV ORT_DISABLE_TELEMETRY=1 OPT_OUT_TRACKING=true
USER idlefleet
WORKDIR /data
VOLUME /data
ENTRYPOINT ["idlefleet"]
CMD ["--help"]
