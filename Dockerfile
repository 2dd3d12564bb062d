# docker build -t cx-dashboard . && docker run -p 127.0.0.1:8501:8501 -v cx-data:/data cx-dashboard
# Without a login (docs/deployment.md) it starts with -e CXDATA_WITHOUT_LOGIN=yes only: publish the
# port to this computer then; with a proxy and a login: compose.yaml (SECURITY.md).
FROM python:3.11-slim AS build
WORKDIR /src
COPY . .
RUN pip install --no-cache-dir --prefix=/installed -c requirements.txt .

FROM python:3.11-slim
COPY --from=build /installed /usr/local
RUN useradd --create-home --uid 10001 cx && install -d -o cx -g cx /data
USER cx
WORKDIR /data
ENV CXDATA_STORE=/data/cx.duckdb PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8501
# It listens on all addresses of the container; what reaches it from outside, docker run says.
HEALTHCHECK --interval=30s --timeout=10s --start-period=2m --retries=5 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/health', timeout=9)"]
CMD ["cx-dashboard", "serve", "--address", "0.0.0.0", "--port", "8501"]
