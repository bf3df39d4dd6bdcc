"""The command `python -m site_collector`."""

import sys

from .main import main

sys.exit(main())
