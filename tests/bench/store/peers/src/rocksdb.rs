//! As much of RocksDB's C interface as the jmt engine needs.

use anyhow::{anyhow, Result};
use libc::{c_char, c_int, c_uchar, c_void, size_t};
use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::null_mut;

type Handle = *mut c_void;

const NO_COMPRESSION: c_int = 0;
const BLOOM_BITS: f64 = 10.0;

#[link(name = "rocksdb")]
extern "C" {
    fn rocksdb_options_create() -> Handle;
    fn rocksdb_options_destroy(options: Handle);
    fn rocksdb_options_set_create_if_missing(options: Handle, yes: c_uchar);
    fn rocksdb_options_set_compression(options: Handle, kind: c_int);
    fn rocksdb_options_set_block_based_table_factory(options: Handle, table: Handle);
    fn rocksdb_block_based_options_create() -> Handle;
    fn rocksdb_block_based_options_destroy(table: Handle);
    fn rocksdb_block_based_options_set_filter_policy(table: Handle, policy: Handle);
    fn rocksdb_block_based_options_set_block_cache(table: Handle, cache: Handle);
    fn rocksdb_filterpolicy_create_bloom(bits_per_key: f64) -> Handle;
    fn rocksdb_cache_create_lru(bytes: size_t) -> Handle;
    fn rocksdb_cache_destroy(cache: Handle);
    fn rocksdb_open(options: Handle, name: *const c_char, error: *mut *mut c_char) -> Handle;
    fn rocksdb_close(database: Handle);
    fn rocksdb_readoptions_create() -> Handle;
    fn rocksdb_readoptions_destroy(options: Handle);
    fn rocksdb_writeoptions_create() -> Handle;
    fn rocksdb_writeoptions_destroy(options: Handle);
    fn rocksdb_writeoptions_set_sync(options: Handle, yes: c_uchar);
    fn rocksdb_get_pinned(
        database: Handle,
        options: Handle,
        key: *const c_char,
        key_size: size_t,
        error: *mut *mut c_char,
    ) -> Handle;
    fn rocksdb_pinnableslice_value(slice: Handle, size: *mut size_t) -> *const c_char;
    fn rocksdb_pinnableslice_destroy(slice: Handle);
    fn rocksdb_create_iterator(database: Handle, options: Handle) -> Handle;
    fn rocksdb_iter_destroy(iterator: Handle);
    fn rocksdb_iter_seek(iterator: Handle, key: *const c_char, key_size: size_t);
    fn rocksdb_iter_valid(iterator: Handle) -> c_uchar;
    fn rocksdb_iter_key(iterator: Handle, size: *mut size_t) -> *const c_char;
    fn rocksdb_iter_value(iterator: Handle, size: *mut size_t) -> *const c_char;
    fn rocksdb_iter_get_error(iterator: Handle, error: *mut *mut c_char);
    fn rocksdb_writebatch_create() -> Handle;
    fn rocksdb_writebatch_destroy(batch: Handle);
    fn rocksdb_writebatch_put(
        batch: Handle,
        key: *const c_char,
        key_size: size_t,
        value: *const c_char,
        value_size: size_t,
    );
    fn rocksdb_write(database: Handle, options: Handle, batch: Handle, error: *mut *mut c_char);
    fn rocksdb_free(pointer: Handle);
}

/// Calls what reports failure through a pointer to a text.
fn checked<T>(call: impl FnOnce(*mut *mut c_char) -> T) -> Result<T> {
    let mut error: *mut c_char = null_mut();
    let answer = call(&mut error);
    if error.is_null() {
        return Ok(answer);
    }
    // SAFETY: RocksDB has set it to a text of its own, which is ours to free.
    let text = unsafe { CStr::from_ptr(error) }
        .to_string_lossy()
        .into_owned();
    unsafe { rocksdb_free(error.cast()) };
    Err(anyhow!("RocksDB: {text}"))
}

/// SAFETY: `at` is the start of `size` bytes that live as long as the caller says.
unsafe fn bytes<'a>(at: *const c_char, size: size_t) -> &'a [u8] {
    std::slice::from_raw_parts(at.cast(), size)
}

pub struct WriteBatch(Handle);

impl WriteBatch {
    pub fn new() -> Self {
        // SAFETY: no arguments; freed by drop().
        WriteBatch(unsafe { rocksdb_writebatch_create() })
    }

    pub fn put(&mut self, key: &[u8], value: &[u8]) {
        // SAFETY: the batch copies both.
        unsafe {
            rocksdb_writebatch_put(
                self.0,
                key.as_ptr().cast(),
                key.len(),
                value.as_ptr().cast(),
                value.len(),
            )
        }
    }
}

impl Drop for WriteBatch {
    fn drop(&mut self) {
        // SAFETY: made by new(), freed once.
        unsafe { rocksdb_writebatch_destroy(self.0) }
    }
}

pub struct Database {
    handle: Handle,
    reading: Handle,
    writing: Handle,
    syncing: Handle,
}

impl Database {
    /// With the options of PlainRocksdb in plain_rocksdb.cpp.
    pub fn open(directory: &Path, cache_mib: u64) -> Result<Self> {
        let name = CString::new(directory.as_os_str().as_bytes())?;
        // SAFETY: every handle is made here, handed on to an owner that copies or keeps it, and
        // freed here where the owner copies.
        unsafe {
            let options = rocksdb_options_create();
            rocksdb_options_set_create_if_missing(options, 1);
            rocksdb_options_set_compression(options, NO_COMPRESSION);
            let table = rocksdb_block_based_options_create();
            let policy = rocksdb_filterpolicy_create_bloom(BLOOM_BITS); // the table's from now on
            rocksdb_block_based_options_set_filter_policy(table, policy);
            let cache = rocksdb_cache_create_lru((cache_mib as size_t) << 20);
            rocksdb_block_based_options_set_block_cache(table, cache);
            rocksdb_options_set_block_based_table_factory(options, table);
            let opened = checked(|error| rocksdb_open(options, name.as_ptr(), error));
            rocksdb_cache_destroy(cache);
            rocksdb_block_based_options_destroy(table);
            rocksdb_options_destroy(options);
            let syncing = rocksdb_writeoptions_create();
            rocksdb_writeoptions_set_sync(syncing, 1);
            Ok(Database {
                handle: opened?,
                reading: rocksdb_readoptions_create(),
                writing: rocksdb_writeoptions_create(),
                syncing,
            })
        }
    }

    pub fn write(&self, batch: &WriteBatch, sync: bool) -> Result<()> {
        let options = if sync { self.syncing } else { self.writing };
        // SAFETY: all handles live.
        checked(|error| unsafe { rocksdb_write(self.handle, options, batch.0, error) })
    }

    pub fn get<T>(&self, key: &[u8], take: impl FnOnce(&[u8]) -> Result<T>) -> Result<Option<T>> {
        // SAFETY: the value lives until the slice is freed, after `take`.
        unsafe {
            let slice = checked(|error| {
                let at = key.as_ptr().cast();
                rocksdb_get_pinned(self.handle, self.reading, at, key.len(), error)
            })?;
            if slice.is_null() {
                return Ok(None);
            }
            let mut size = 0;
            let at = rocksdb_pinnableslice_value(slice, &mut size);
            let taken = take(bytes(at, size));
            rocksdb_pinnableslice_destroy(slice);
            taken.map(Some)
        }
    }

    /// Shows `take` the first row whose key is not below `key`.
    pub fn first_from<T>(
        &self,
        key: &[u8],
        take: impl FnOnce(&[u8], &[u8]) -> Option<T>,
    ) -> Result<Option<T>> {
        // SAFETY: key and value live until the iterator moves or is freed, after `take`.
        unsafe {
            let iterator = rocksdb_create_iterator(self.handle, self.reading);
            rocksdb_iter_seek(iterator, key.as_ptr().cast(), key.len());
            let mut taken = None;
            if rocksdb_iter_valid(iterator) != 0 {
                let (mut key_size, mut value_size) = (0, 0);
                let found = rocksdb_iter_key(iterator, &mut key_size);
                let value = rocksdb_iter_value(iterator, &mut value_size);
                taken = take(bytes(found, key_size), bytes(value, value_size));
            }
            let status = checked(|error| rocksdb_iter_get_error(iterator, error));
            rocksdb_iter_destroy(iterator);
            status.map(|()| taken)
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // SAFETY: made by open(), freed once.
        unsafe {
            rocksdb_readoptions_destroy(self.reading);
            rocksdb_writeoptions_destroy(self.writing);
            rocksdb_writeoptions_destroy(self.syncing);
            rocksdb_close(self.handle);
        }
    }
}
