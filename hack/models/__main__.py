"""Every fit of the model catalogue beside what the formula gives: `python -m hack.models`.

For whoever adds a model: put its shape into `architectures.yaml` and its fits with any figures into the
catalogue, and carry over what this prints.
"""

from __future__ import annotations

from hack.models.catalogue import Stated, stated

_LINE = "{:18} {:13} {:4} {:6} {:7} {:>8} {:>8} {:>6}"


def main() -> None:
    """Print one line a fit, and a second one where the catalogue says otherwise."""
    print(_LINE.format("model", "accelerator", "gpus", "format", "itl ms", "prefill", "decode", "GB"))
    for fit in stated():
        _print(fit, fit.figures)
        if fit.figures != fit.formula:
            _print(fit, fit.formula)


def _print(fit: Stated, figures: tuple[int, int, int]) -> None:
    says = "" if figures == fit.figures else "  <- the formula"
    line = _LINE.format(fit.model, fit.accelerator, fit.gpus, fit.precision, fit.token_ms, *figures)
    print(line + says)


if __name__ == "__main__":
    main()
