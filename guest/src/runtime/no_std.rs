//! Parts that `std` would provide, without its imports.

use core::alloc::{GlobalAlloc, Layout};

use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Allocator that begins large buffers at a page, because the bytes that are copied into
/// them also begin at one. To an address a few bytes further into its page than the source,
/// many processors copy at a third of their speed. dlmalloc would put the buffer there,
/// behind its bookkeeping.
struct Allocator;

/// Size from which on an allocation counts as a buffer.
const BUFFER: usize = 16 * 1024;
const PAGE: usize = 4_096;

fn aligned(layout: Layout) -> Layout {
    match layout.size() >= BUFFER {
        true => layout.align_to(PAGE).unwrap_or(layout),
        false => layout,
    }
}

// SAFETY: everything is left to `GlobalDlmalloc`. The layout depends on the caller's layout
// only, so memory is freed with the layout that it was allocated with.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { GlobalDlmalloc.alloc(aligned(layout)) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { GlobalDlmalloc.dealloc(pointer, aligned(layout)) }
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // The host sees a trap, logs it and starts a new instance.
    core::arch::wasm32::unreachable()
}

// `memcmp` and similar functions, from the target's own libc, which adds no imports.
#[link(name = "c")]
unsafe extern "C" {}

/// Allocates the memory for lists and strings that the host passes to the component
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
