"""Programs find the engine of this tree, wherever the environment was installed from."""

from pathlib import Path
import sys

ENGINES = Path(__file__).parents[2] / "custom_components" / "mining_farm" / "engines"

if str(ENGINES) not in sys.path:
    sys.path.append(str(ENGINES))
