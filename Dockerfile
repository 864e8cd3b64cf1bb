# The operator and the command line in one image. Nothing in it runs as root or needs a writable file system.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/ampacity
COPY requirements.lock requirements-image.lock ./
RUN /opt/ampacity/bin/pip install --no-cache-dir --require-hashes -r requirements-image.lock
# The build backend is locked too, and stays in this stage.
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/ampacity/bin/pip install --no-cache-dir --no-deps /wheels/*.whl

FROM python:3.12-slim
LABEL org.opencontainers.image.title="ampacity" org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/opt/ampacity/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=build /opt/ampacity /opt/ampacity
USER 65532:65532
ENTRYPOINT ["python", "-m", "ampacity"]
