"""``python -m bri_eval`` is ``bri-eval``."""

import sys

from bri_eval.cli import main

if __name__ == "__main__":
    sys.exit(main())
