//! Immutable sequences over the core's lists. Items become Python objects when they are requested, so a list of 100 000 takes
//! no more memory than the core's own; a slice shares the memory of its list.

/// Defines the class of an item's place in a list, the list's class and its iterator's.
///
/// `$item` is a pyclass made by `$item::at(Arc<Vec<$core>>, usize)`; `$reduce` gives what the list's `__reduce__` returns, with
/// a `$state` for each item. The file that uses it has `use pyo3::prelude::*`.
macro_rules! sequence {
    ($(#[$doc:meta])* $list:ident, $iterator:ident, $item:ident, $core:ty, $name:literal, $state:ty, $reduce:path) => {
        $(#[$doc])*
        #[pyclass(frozen, sequence, module = "netbird_tokens")]
        #[derive(Clone)]
        pub(crate) struct $list {
            all: std::sync::Arc<Vec<$core>>,
            // Item i of the list is item `start + i * step` of all.
            start: usize,
            step: isize,
            len: usize,
        }

        impl $list {
            pub(crate) fn new(all: Vec<$core>) -> Self {
                let len = all.len();
                $list { all: std::sync::Arc::new(all), start: 0, step: 1, len }
            }

            fn place(&self, index: usize) -> usize {
                let offset = isize::try_from(index).unwrap_or(isize::MAX).saturating_mul(self.step);
                self.start.saturating_add_signed(offset)
            }

            fn get(&self, index: usize) -> Option<&$core> {
                (index < self.len).then(|| &self.all[self.place(index)])
            }

            fn item(&self, index: usize) -> Option<$item> {
                (index < self.len).then(|| $item::at(std::sync::Arc::clone(&self.all), self.place(index)))
            }

            fn cores(&self) -> impl ExactSizeIterator<Item = &$core> {
                (0..self.len).map(|index| &self.all[self.place(index)])
            }

            fn slice(&self, slice: &Bound<'_, pyo3::types::PySlice>) -> PyResult<Self> {
                let len = isize::try_from(self.len).unwrap_or(isize::MAX);
                let cut = slice.indices(len)?;
                if cut.slicelength == 0 {
                    return Ok($list { all: std::sync::Arc::clone(&self.all), start: 0, step: 1, len: 0 });
                }
                Ok($list {
                    all: std::sync::Arc::clone(&self.all),
                    start: self.place(usize::try_from(cut.start).unwrap_or_default()),
                    step: self.step.saturating_mul(cut.step),
                    len: cut.slicelength,
                })
            }
        }

        #[pymethods]
        impl $list {
            fn __len__(&self) -> usize {
                self.len
            }

            fn __getitem__<'py>(
                &self,
                py: Python<'py>,
                index: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                use pyo3::IntoPyObjectExt as _;
                if let Ok(slice) = index.cast::<pyo3::types::PySlice>() {
                    return self.slice(slice)?.into_bound_py_any(py);
                }
                let asked: isize = index.extract().map_err(|error: PyErr| {
                    // As of a list: an index that no machine could have is merely out of range.
                    let huge = error.is_instance_of::<pyo3::exceptions::PyOverflowError>(py);
                    if huge { pyo3::exceptions::PyIndexError::new_err(concat!($name, " index out of range")) } else { error }
                })?;
                let counted = if asked < 0 { asked.checked_add_unsigned(self.len) } else { Some(asked) };
                let place = counted.and_then(|counted| usize::try_from(counted).ok());
                match place.and_then(|place| self.item(place)) {
                    Some(item) => item.into_bound_py_any(py),
                    None => Err(pyo3::exceptions::PyIndexError::new_err(concat!($name, " index out of range"))),
                }
            }

            fn __iter__(&self) -> $iterator {
                $iterator { list: self.clone(), next: std::sync::atomic::AtomicUsize::new(0), back: false }
            }

            fn __reversed__(&self) -> $iterator {
                $iterator { list: self.clone(), next: std::sync::atomic::AtomicUsize::new(0), back: true }
            }

            fn __contains__(&self, value: &Bound<'_, PyAny>) -> bool {
                value.cast::<$item>().is_ok_and(|wanted| self.cores().any(|core| core == wanted.get().core()))
            }

            /// How many items equal value.
            ///
            /// Args:
            ///     value: The item to look for.
            #[pyo3(signature = (value, /))]
            fn count(&self, value: &Bound<'_, PyAny>) -> usize {
                value.cast::<$item>().map_or(0, |wanted| {
                    self.cores().filter(|core| *core == wanted.get().core()).count()
                })
            }

            /// The index of the first item that equals value.
            ///
            /// Args:
            ///     value: The item to look for.
            ///     start: The first index to look at.
            ///     stop: The index before which to stop; None for the end.
            ///
            /// Raises:
            ///     ValueError: There is no such item.
            #[pyo3(signature = (value, start=0, stop=None, /))]
            fn index(
                &self,
                value: &Bound<'_, PyAny>,
                start: isize,
                stop: Option<isize>,
            ) -> PyResult<usize> {
                let from_end = |at: isize| {
                    let at = if at < 0 { at.saturating_add_unsigned(self.len) } else { at };
                    usize::try_from(at).unwrap_or(0).min(self.len)
                };
                let range = from_end(start)..stop.map_or(self.len, from_end);
                let found = value.cast::<$item>().ok().and_then(|wanted| {
                    range.into_iter().find(|&index| self.get(index) == Some(wanted.get().core()))
                });
                found.ok_or_else(|| pyo3::exceptions::PyValueError::new_err(concat!("not in this ", $name)))
            }

            fn __richcmp__(
                &self,
                py: Python<'_>,
                other: &Bound<'_, PyAny>,
                op: pyo3::pyclass::CompareOp,
            ) -> PyResult<Py<PyAny>> {
                use pyo3::IntoPyObjectExt as _;
                let same = if let Ok(list) = other.cast::<Self>() {
                    self.len == list.get().len && self.cores().eq(list.get().cores())
                } else if let Ok(list) = other.cast::<pyo3::types::PyList>() {
                    // So that tests can say `== []`.
                    self.len == list.len()
                        && list.iter().zip(self.cores()).all(|(item, core)| {
                            item.cast::<$item>().is_ok_and(|item| item.get().core() == core)
                        })
                } else {
                    return Ok(py.NotImplemented());
                };
                match op {
                    pyo3::pyclass::CompareOp::Eq => same.into_py_any(py),
                    pyo3::pyclass::CompareOp::Ne => (!same).into_py_any(py),
                    _ => Ok(py.NotImplemented()),
                }
            }

            fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
                // A list of thousands would fill a screen.
                const SHOWN: usize = 5;
                let mut items = Vec::new();
                for index in 0..self.len.min(SHOWN) {
                    items.extend(self.item(index).map(|item| item.__repr__(py)).transpose()?);
                }
                if self.len > SHOWN {
                    items.push(format!("… {} more", self.len - SHOWN));
                }
                Ok(format!(concat!($name, "([{}])"), items.join(", ")))
            }

            fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Vec<$state>,))> {
                $reduce(py, self.cores())
            }

            fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
                slf
            }

            #[pyo3(signature = (memo, /))]
            fn __deepcopy__<'py>(
                slf: Bound<'py, Self>,
                memo: &Bound<'py, PyAny>,
            ) -> Bound<'py, Self> {
                let _ = memo;
                slf
            }
        }

        #[pyclass(frozen, module = "netbird_tokens._native")]
        pub(crate) struct $iterator {
            list: $list,
            next: std::sync::atomic::AtomicUsize,
            back: bool,
        }

        #[pymethods]
        impl $iterator {
            fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
                slf
            }

            fn __next__(&self) -> Option<$item> {
                use std::sync::atomic::Ordering::Relaxed;
                let step = |next: usize| (next < self.list.len).then_some(next + 1);
                let index = self.next.fetch_update(Relaxed, Relaxed, step).ok()?;
                self.list.item(if self.back { self.list.len - 1 - index } else { index })
            }

            fn __length_hint__(&self) -> usize {
                self.list.len.saturating_sub(self.next.load(std::sync::atomic::Ordering::Relaxed))
            }
        }
    };
}

pub(crate) use sequence;
