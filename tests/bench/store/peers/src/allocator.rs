//! The whole process, RocksDB included, allocates with jemalloc, as Tenon's own program does:
//! naming one of its functions links it, and it stands in for malloc.

use libc::{c_char, c_int, c_void, size_t};

#[link(name = "jemalloc")]
extern "C" {
    fn mallctl(
        name: *const c_char,
        old: *mut c_void,
        old_size: *mut size_t,
        new: *mut c_void,
        new_size: size_t,
    ) -> c_int;
}

type Mallctl =
    unsafe extern "C" fn(*const c_char, *mut c_void, *mut size_t, *mut c_void, size_t) -> c_int;

#[used]
static LINKED: Mallctl = mallctl;
