"""Everyday work: `twinmarket serve` beside Vite, which hands on to it what is the API's. Ctrl-C ends both."""

import os
import subprocess
import sys
from pathlib import Path

import build


def main() -> int:
    build.install()
    build.run("run", "codegen")
    port, web = os.environ.get("PORT", "8000"), os.environ.get("WEB_PORT", "5173")
    api = subprocess.Popen([sys.executable, "-m", "server.cli", "serve", "--port", port], cwd=build.ROOT)
    worker = subprocess.Popen([sys.executable, "-m", "server.cli", "worker"], cwd=build.ROOT)
    environment = {**build.environment(), "API": f"http://127.0.0.1:{port}", "WEB_PORT": web}
    vite = Path("node_modules") / "vite" / "bin" / "vite.js"
    try:
        return subprocess.run([build.node(), str(vite)], cwd=build.HERE, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0
    finally:
        for process in (api, worker):
            process.terminate()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
