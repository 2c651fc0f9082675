# One image for every process: `serve`, `worker`, `migrate`. What is in it comes from uv.lock alone.

FROM node:24-slim AS web
WORKDIR /app/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY schema/schema.graphql /app/schema/schema.graphql
COPY frontend .
RUN npm run build -- --outDir /app/web --emptyOutDir

FROM python:3.11-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/app/.venv
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project
COPY README.md LICENSE ./
COPY core core
COPY payments payments
COPY market market
COPY schema schema
COPY resolvers resolvers
COPY migrations migrations
COPY server server
COPY frontend/guard.py frontend/guard.py
COPY --from=web /app/web server/web
RUN uv sync --frozen --no-dev --no-editable

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/twinmarket twinmarket
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000 LOG_FORMAT=json
USER twinmarket
WORKDIR /var/lib/twinmarket
EXPOSE 8000
STOPSIGNAL SIGTERM
# Only the market's own host names are answered to, so the question names one.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.parse as p, urllib.request as r; host = p.urlsplit(os.environ.get('PUBLIC_URL', '')).hostname or '127.0.0.1'; r.urlopen(r.Request('http://127.0.0.1:' + os.environ['PORT'] + '/health', headers={'Host': host}), timeout=4)"]
ENTRYPOINT ["twinmarket"]
CMD ["serve"]
