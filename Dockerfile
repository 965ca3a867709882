# Built in one stage and run in another: slim, without compilers, not as root.
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements.lock .
RUN python -m venv /opt/paihao \
    && /opt/paihao/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN /opt/paihao/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends espeak-ng \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /var/lib/paihao --create-home paihao \
    && install -d -o paihao /var/lib/paihao/var
COPY --from=build /opt/paihao /opt/paihao
COPY samples/longquanyi /opt/paihao/samples/longquanyi
ENV PATH=/opt/paihao/bin:$PATH PYTHONUNBUFFERED=1 PAIHAO_ENVIRONMENT=production
USER paihao
WORKDIR /var/lib/paihao
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["sh", "-c", "paihao db upgrade && exec paihao serve --host 0.0.0.0 --workers ${PAIHAO_WORKERS:-2}"]
