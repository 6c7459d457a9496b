"""What a camera sees, as a film that Chromium takes for one."""

from io import BytesIO
from pathlib import Path

import segno
from PIL import Image

WIDTH, HEIGHT = 640, 480


def film_of_label(path: Path, address: str) -> Path:
    """Write a film of a label held before a camera: its square, grey on white, a little askew."""
    square = _picture(address)
    still = Image.new("L", (WIDTH, HEIGHT), 200)
    held = square.rotate(7, expand=True, fillcolor=200)
    still.paste(held, ((WIDTH - held.width) // 2, (HEIGHT - held.height) // 2))
    colours = bytes([128]) * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + still.tobytes() + colours
    header = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(header + frame * 2)
    return path


def _picture(address: str) -> Image.Image:
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="png", scale=6, border=4)
    return Image.open(drawn).convert("L")
