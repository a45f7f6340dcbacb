"""The series against what others say about it, and windows against NumPy's own and a case by hand."""

import numpy as np
import pytest

from lstm_tutorial.series import co2, windows


def test_the_series_is_the_one_that_was_measured() -> None:
    """First and last as statsmodels prints them; means as on cdiac.ess-dive.lbl.gov/new/keel_page.html."""
    weeks, ppm, filled = co2()
    assert (str(weeks[0]), ppm[0]) == ("1958-03-29", 316.1)
    assert (str(weeks[-1]), ppm[-1]) == ("2001-12-29", 371.5)
    assert len(weeks) == len(ppm) == len(filled) == 2284
    assert (np.diff(weeks) == np.timedelta64(7, "D")).all()
    for year, mean in {"1970": 325.7, "1980": 338.7, "1990": 354.2, "2000": 369.4}.items():
        assert ppm[weeks.astype("datetime64[Y]") == np.datetime64(year)].mean() == pytest.approx(
            mean, abs=0.3
        )


def test_gaps_are_filled_along_a_line_and_marked() -> None:
    """The file has 316.9 on 3 May 1958, nothing on the 10th, 317.5 on the 17th; four weeks lack in 1984."""
    weeks, ppm, filled = co2()
    assert np.isfinite(ppm).all()
    assert filled.sum() == 59
    assert weeks[filled].max() < np.datetime64("1985-09")
    row = int(np.flatnonzero(weeks == np.datetime64("1958-05-10"))[0])
    assert filled[row - 1 : row + 2].tolist() == [False, True, False]
    assert ppm[row - 1 : row + 2] == pytest.approx([316.9, 317.2, 317.5])
    gap = np.flatnonzero(filled & (weeks > np.datetime64("1984-03")))[:4]
    assert np.diff(ppm[gap[0] - 1 : gap[-1] + 2], 2) == pytest.approx(np.zeros(4), abs=1e-9)


def test_windows_of_a_small_table() -> None:
    """Five rows, two columns, windows of three rows that end in rows 2 and 4."""
    table = [[0, 10], [1, 11], [2, 12], [3, 13], [4, 14]]
    cut = windows(table, [2, 4], 3)
    assert cut.shape == (3, 2, 2)
    assert cut[:, :, 0].tolist() == [[0, 10], [1, 11], [2, 12]]
    assert cut[:, :, 1].tolist() == [[2, 12], [3, 13], [4, 14]]


def test_windows_are_those_of_numpy() -> None:
    table = np.random.default_rng(0).standard_normal((30, 4))
    expected = np.lib.stride_tricks.sliding_window_view(table, 7, axis=0)  # (24, 4, 7)
    np.testing.assert_array_equal(windows(table, np.arange(6, 30), 7), expected.transpose(2, 1, 0))


def test_windows_share_no_memory_with_the_table() -> None:
    table = np.zeros((5, 1))
    windows(table, [4], 3)[...] = 1.0
    assert not table.any()


@pytest.mark.parametrize("ends", [[1], [2, 5], [-1]])
def test_a_window_that_leaves_the_table_is_refused(ends: list[int]) -> None:
    """A negative row number would count from the end: a window out of the future."""
    with pytest.raises(ValueError, match="ends must lie from 2 to 4"):
        windows(np.zeros((5, 1)), ends, 3)


@pytest.mark.parametrize("ends", [[1.0], [[3]], True, np.ma.masked_equal([4], 4), [[4], [3, 2]]])
def test_ends_are_row_numbers(ends: object) -> None:
    with pytest.raises((TypeError, ValueError), match=r"^ends must"):
        windows(np.zeros((5, 1)), ends, 3)  # type: ignore[arg-type]


def test_row_numbers_of_any_kind_are_taken() -> None:
    table = np.arange(10.0).reshape(5, 2)
    np.testing.assert_array_equal(windows(table, np.array([4], np.uint64), 3), windows(table, [4], 3))
    assert windows(table, [], 3).shape == (3, 2, 0)


def test_the_table_has_two_axes() -> None:
    with pytest.raises(ValueError, match=r"table must have shape \(N, D\)"):
        windows(np.zeros(5), [4], 3)
