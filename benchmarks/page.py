"""How smoothly the page scrolls through many clips: frame times and the main thread's CPU time, in Chromium.

`python -m benchmarks.page --clips 10000` makes a library of records with small posters, serves it and scrolls through
it at four speeds. Frame times hold for an idle machine only; CPU times hold on a busy one too.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from cliplib.library import Library
from tests.library.making import a_footage, a_record

FRAMES = 300
SPEEDS = (20, 60, 200, 1500)
PER_FOOTAGE = 100
BUDGET_MS = 1000 / 60
SCROLL = """async ([pixels, frames]) => {
  const box = document.querySelector(".grid"), times = [];
  box.scrollTop = 0;
  let last = performance.now();
  for (let k = 0; k < frames; k += 1) {
    box.scrollTop += pixels;
    await new Promise((done) => requestAnimationFrame(done));
    times.push(performance.now() - last);
    last = performance.now();
  }
  return times.sort((a, b) => a - b);
}"""


def stock(folder: Path, clips: int) -> None:
    """A library of so many clips, a hundred per footage, each with a poster."""
    Library.create(folder, "en")
    posters = [folder / f"poster{k}.jpg" for k in range(12)]
    for k, poster in enumerate(posters):
        Image.effect_noise((432, 768), 60 + k).convert("RGB").save(poster)
    with Library.open(folder, write=True) as library:
        for number in range(-(-clips // PER_FOOTAGE)):
            with library.together():
                footage = library.add_footage(a_footage(number + 1))
                for k in range(min(PER_FOOTAGE, clips - number * PER_FOOTAGE)):
                    record = a_record(2_000 * k, footage, spoken=f"line {k} of film {number}", language="en")
                    library.put(record)
                    place = library.media / record.id
                    place.mkdir()
                    (place / "poster.jpg").hardlink_to(posters[(number + k) % len(posters)])


def measure(address: str, program: str) -> list[tuple[int, list[float], float]]:
    """For each speed: pixels per frame, sorted frame times (ms), CPU time of the main thread per frame (ms)."""
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        tab.goto(address)
        tab.wait_for_selector("body[data-ready]")
        counters = tab.context.new_cdp_session(tab)
        counters.send("Performance.enable", {"timeDomain": "threadTicks"})
        for pixels in SPEEDS:
            before = _busy(counters)
            times = tab.evaluate(SCROLL, [pixels, FRAMES])
            found.append((pixels, times, (_busy(counters) - before) * 1000 / FRAMES))
        browser.close()
    return found


def _busy(counters: Any) -> float:
    told = counters.send("Performance.getMetrics")["metrics"]
    return next(float(one["value"]) for one in told if one["name"] == "TaskDuration")


def main() -> None:
    """Print one row per speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=10_000)
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        sys.exit("needs chromium, chromium-browser or google-chrome on the PATH")
    clips = parser.parse_args().clips
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "library"
        stock(folder, clips)
        command = [sys.executable, "-m", "cliplib", "serve", "--no-open", "-L", str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                rows = measure(server.stdout.readline().strip(), program)
            finally:
                server.terminate()
    print(f"{clips} clips, {FRAMES} frames per row; a frame at 60 Hz has {BUDGET_MS:.1f} ms")
    print("px/frame  median ms  p95 ms  CPU ms/frame  CPU / frame time at 60 Hz")
    for pixels, times, cpu in rows:
        middle, late = times[len(times) // 2], times[int(len(times) * 0.95)]
        print(f"{pixels:8d}  {middle:9.1f}  {late:6.1f}  {cpu:12.2f}  {cpu / BUDGET_MS:25.2f}")


if __name__ == "__main__":
    main()
