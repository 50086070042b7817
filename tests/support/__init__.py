"""What several folders of tests share: servers, browsers, processes, fake trainers and disks."""

from pathlib import Path

# The checkout, which has app.py and pages/ in it.
ROOT = Path(__file__).parents[2]
APP = ROOT / "app.py"
