"""Put the front-end libraries where Flask serves them: `python -m tools.assets`.

npm installs them by the lock file; only the files that pages need are copied, each library
into a folder with its version in the name, so that browsers may keep them for ever. The
manifest tells templates where a name lies.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tools.node import npm

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
TARGET = ROOT / "lending" / "static" / "vendor"

FILES: dict[str, dict[str, str]] = {
    "bootstrap": {"bootstrap.css": "dist/css/bootstrap.min.css"},
    "htmx.org": {"htmx.js": "dist/htmx.min.js"},
    "cally": {"cally.js": "dist/cally.js"},
    "leaflet": {"leaflet.js": "dist/leaflet.js", "leaflet.css": "dist/leaflet.css"},
    "protomaps-leaflet": {"protomaps-leaflet.js": "dist/protomaps-leaflet.js"},
    "signature_pad": {"signature_pad.js": "dist/signature_pad.min.js"},
    "barcode-detector": {"barcode-detector.js": "dist/iife/ponyfill.js"},
    # what barcode-detector runs on, of the version that it names itself
    "zxing-wasm": {"zxing_reader.wasm": "dist/reader/zxing_reader.wasm"},
    "@fontsource-variable/bricolage-grotesque": {
        "bricolage-grotesque.woff2": "files/bricolage-grotesque-latin-wght-normal.woff2"
    },
    "@fontsource-variable/atkinson-hyperlegible-next": {
        "atkinson.woff2": "files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
        "atkinson-italic.woff2": "files/atkinson-hyperlegible-next-latin-wght-italic.woff2",
    },
}
"""Package to the short names that templates use and the files behind them."""

FONT_FACES = (
    ("Bricolage Grotesque Variable", "normal", "bricolage-grotesque.woff2"),
    ("Atkinson Hyperlegible Next Variable", "normal", "atkinson.woff2"),
    ("Atkinson Hyperlegible Next Variable", "italic", "atkinson-italic.woff2"),
)


def install(with_tests: bool) -> None:
    """Run `npm ci`, which takes exactly what the lock file names."""
    leave_out = [] if with_tests else ["--omit=dev"]
    subprocess.run([*npm(), "ci", "--silent", *leave_out], cwd=ROOT, check=True)


def copy() -> dict[str, str]:
    """Copy the files; return the manifest: short name to path below static/vendor/."""
    shutil.rmtree(TARGET, ignore_errors=True)
    manifest: dict[str, str] = {}
    for package, files in FILES.items():
        version = json.loads((MODULES / package / "package.json").read_text())["version"]
        folder = f"{package.split('/')[-1]}@{version}"
        (TARGET / folder).mkdir(parents=True)
        for name, source in files.items():
            shutil.copyfile(MODULES / package / source, TARGET / folder / name)
            manifest[name] = f"{folder}/{name}"
        for licence in (MODULES / package).glob("LICEN[CS]E*"):
            shutil.copyfile(licence, TARGET / folder / licence.name)
    manifest["fonts.css"] = _fonts(manifest)
    (TARGET / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


def _fonts(manifest: dict[str, str]) -> str:
    """Write the style sheet that names the font files."""
    faces = "".join(
        f"@font-face {{ font-family: '{family}'; font-style: {style}; font-display: swap;"
        f" font-weight: 200 800; src: url('{manifest[name]}') format('woff2'); }}\n"
        for family, style, name in FONT_FACES
    )
    (TARGET / "fonts.css").write_text(faces)
    return "fonts.css"


if __name__ == "__main__":
    install(with_tests="--with-tests" in sys.argv)
    print(f"{len(copy())} front-end files are in {TARGET.relative_to(ROOT)}")
