# The service without root rights. Kernels are compiled for x86-64-v3 (AVX2 and FMA) when the image is built.
FROM python:3.12-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    NUMBA_CPU_NAME=x86-64-v3 \
    NUMBA_CPU_FEATURES=+avx,+avx2,+bmi,+bmi2,+cx16,+f16c,+fma,+lzcnt,+movbe,+popcnt,+sahf,+sse3,+sse4.1,+sse4.2,+ssse3,+xsave \
    NUMBA_CACHE_DIR=/var/cache/tigertail

RUN useradd --system --uid 10001 --create-home tigertail \
    && mkdir -p /var/cache/tigertail /data \
    && chown tigertail /var/cache/tigertail /data

WORKDIR /opt/tigertail
COPY pyproject.toml constraints.txt README.md LICENSE MANIFEST.in ./
COPY src ./src
RUN pip install --constraint constraints.txt '.[service,postgresql,sign,otel]'

USER 10001
RUN tigertail warm

WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
ENTRYPOINT ["tigertail"]
CMD ["serve", "/data/model", "--host", "0.0.0.0"]
