//! What `std` would have brought along, without its imports.

use core::alloc::{GlobalAlloc, Layout};

use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Buffers that bytes are copied into begin with a page, as what is copied does: to an
/// address a few bytes further into its page than the source, many a processor copies at
/// a third of its speed, and behind its bookkeeping is where dlmalloc puts a block.
struct Allocator;

/// Bytes from which on memory is taken for a buffer.
const BUFFER: usize = 16 * 1024;
const PAGE: usize = 4_096;

fn aligned(layout: Layout) -> Layout {
    match layout.size() >= BUFFER {
        true => layout.align_to(PAGE).unwrap_or(layout),
        false => layout,
    }
}

// SAFETY: all is left to `GlobalDlmalloc`, under a layout that depends on nothing but
// the caller's, so that memory is given back under the one that it was taken under.
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
