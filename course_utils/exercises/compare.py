"""Is an answer like another one? None if it is, else one line on how it differs."""

import copy
import textwrap
from collections.abc import Callable, Iterator

import numpy as np


def outcome(function: Callable, case: tuple) -> object:
    """What the function returns for a copy of these arguments, or the exception that it raises."""
    try:
        with np.errstate(all="ignore"):
            result = function(*copy.deepcopy(case))
            return list(result) if isinstance(result, Iterator) else result
    except (Exception, SystemExit) as error:                 # not KeyboardInterrupt: an endless loop can be stopped
        return error


def difference(answer: object, right: object, places: int = 3) -> str | None:
    """Whole numbers must be equal, others to so many decimal places. Exceptions are alike by type and first word."""
    if isinstance(answer, BaseException):
        alike = type(answer) is type(right) and str(answer).split()[:1] == str(right).split()[:1]
        return None if alike else f"it raises {type(answer).__name__}: {textwrap.shorten(str(answer), 200)}."
    if isinstance(right, BaseException):
        return "it raises no exception."
    if answer is None:
        return "it is None."
    if isinstance(right, list | tuple) and len(set(map(np.shape, right))) > 1:
        return parts_difference(answer, right, places)
    right = np.asarray(right)
    if right.dtype.kind == "U":
        return text_difference(answer, right.tolist())
    try:
        numbers = np.asarray(answer)
        parts = numbers.ravel().tolist() if numbers.dtype == object else []
        if numbers.dtype.kind in "US" or any(isinstance(part, str | bytes) for part in parts):
            return "this is text. Numbers are written without quotes."
        if any(part is None for part in parts):
            return "there is None in it."
        if numbers.dtype.kind not in "biufO":                # complex numbers, dates
            raise TypeError
        numbers = numbers.astype(float)
    except (TypeError, ValueError, OverflowError):
        return f"a number or an array of numbers is wanted, this is {type(answer).__name__}."
    if right.size == numbers.size == 1:                      # one number, or a list of one
        numbers = numbers.reshape(right.shape)
    return number_difference(numbers, right, places)


def parts_difference(answer: object, right: list | tuple, places: int) -> str | None:
    """For several arrays of different shapes, in a list or a tuple."""
    if not isinstance(answer, list | tuple) or len(answer) != len(right):
        return f"{len(right)} arrays are wanted, in a list or a tuple."
    found = (difference(one, other, places) for one, other in zip(answer, right, strict=True))
    return next((f"array {number}: {line}" for number, line in enumerate(found, 1) if line), None)


def text_difference(answer: object, right: list[str]) -> str | None:
    """For lists of strings, in any container."""
    try:
        words = list(answer)
    except TypeError:
        words = [None]
    if isinstance(answer, str) or not all(isinstance(word, str) for word in words):
        return f"a list of strings is wanted, this is {type(answer).__name__}."
    return None if words == right else f"{textwrap.shorten(str(words), 200)} is not right; {right} is wanted."


def number_difference(numbers: np.ndarray, right: np.ndarray, places: int) -> str | None:
    """For arrays of numbers. Two with a nan are alike: what else there is does not matter then."""
    if np.isnan(numbers).any():
        undefined = "there is a nan in it: an undefined number, such as 0 / 0 or infinity / infinity."
        return None if right.dtype.kind == "f" and np.isnan(right).any() else undefined
    if numbers.shape != right.shape:
        if right.ndim == 0:
            return f"one number is wanted; the shape of this is {numbers.shape}."
        maybe = "the numbers may be right, but " if numbers.size == right.size else ""
        return f"{maybe}the shape is {numbers.shape}; {right.shape} is wanted."

    def near(places: int) -> bool:
        return np.allclose(numbers, right, rtol=1e-6, atol=0.5 * 10.0 ** -places + 1e-6)

    whole = right.dtype.kind in "biu"
    if np.allclose(numbers, right, rtol=1e-12, atol=0) or (not whole and near(places)):
        return None
    where = np.unravel_index(np.argmax(np.abs(numbers - right)), right.shape)
    place = f" at position {', '.join(map(str, where))}" if right.ndim else ""
    close = f"close, but {places} places must be right" if not whole and near(2) else "not right"
    return f"{written(float(numbers[where]), float(right[where]))}{place} is {close}."


def written(number: float, other: float) -> str:
    """The number with four places, or as many as it takes to differ from the other one; 10,080 for a whole one."""
    if number and not 1e-4 <= abs(number) < 1e15:
        return f"{number:.4g}"
    texts = ([f"{one:,.{places}f}".rstrip("0").rstrip(".") for one in (number, other)] for places in range(4, 17))
    return next((text for text, other_text in texts if text != other_text), repr(number))
