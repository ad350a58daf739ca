//! What `std` would have brought along, without its imports.

use core::alloc::Layout;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // The host sees a trap, logs it and starts a new instance.
    core::arch::wasm32::unreachable()
}

// `memcmp` and its like, from the target's own libc; it brings no imports.
#[link(name = "c")]
unsafe extern "C" {}

/// Allocates where the host puts lists and strings that it hands over
/// (Component Model, Canonical ABI, `realloc`).
///
/// # Safety
/// `pointer` and `old_size` describe a live allocation of this function with
/// the same `align`, or `old_size` is 0. The host keeps to that.
#[unsafe(export_name = "cabi_realloc")]
unsafe extern "C" fn cabi_realloc(
    pointer: *mut u8,
    old_size: usize,
    align: usize,
    new_size: usize,
) -> *mut u8 {
    if new_size == 0 {
        return core::ptr::without_provenance_mut(align);
    }
    let Ok(old) = Layout::from_size_align(old_size, align) else {
        core::arch::wasm32::unreachable()
    };
    let new = if old_size == 0 {
        // SAFETY: the new size is not 0, and `align` made a valid layout above.
        unsafe { alloc::alloc::alloc(Layout::from_size_align_unchecked(new_size, align)) }
    } else {
        // SAFETY: the caller's promise; the new size is not 0.
        unsafe { alloc::alloc::realloc(pointer, old, new_size) }
    };
    if new.is_null() {
        core::arch::wasm32::unreachable()
    }
    new
}
