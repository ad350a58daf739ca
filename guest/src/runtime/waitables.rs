//! Events that the host reports: the ends of calls, and of reads and writes on streams
//! (Component Model, Canonical ABI, "Waitables").
//!
//! The executor of wit-bindgen adds a waitable to the set before each wait and removes it
//! afterwards. A connection waits for every request, so its streams stay in the set
//! ([`keep`]). A request then takes three calls to the host (wait, write, read) instead of
//! seven. wit-bindgen's operations find this set through [`Task`], its interface for other
//! executors.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::ffi::c_void;
use core::future::Future;
use core::ptr;

use super::executor::Executor;
use crate::limits::{CALL_WORK, EVENTS_PER_ROUND};

/// Runs `root` to its end, together with the other tasks of the executor.
pub fn block_on<T: 'static>(executor: &Executor, root: impl Future<Output = T> + 'static) -> T {
    let mut task = Task::new();
    // SAFETY: `task` does not move until the loop below is over, and neither does anything
    // that may ask for it outlive that loop.
    unsafe { host::wasip3_task_set(&raw mut task) };
    let result = Rc::new(Cell::new(None));
    executor.spawn({
        let result = Rc::clone(&result);
        async move { result.set(Some(root.await)) }
    });
    loop {
        executor.run();
        if let Some(result) = result.take() {
            // SAFETY: no task runs any more.
            unsafe { host::wasip3_task_set(ptr::null_mut()) };
            return result;
        }
        if executor.has_later() {
            poll_host(executor);
            executor.wake_later();
        } else {
            // If the host has an event at once, the wait ends before the host does anything
            // else.
            if executor.host_is_due() {
                // SAFETY: touches no memory of ours.
                unsafe { host::thread_yield() };
            }
            executor.spend_unowned(CALL_WORK);
            WAITABLES.get().wait();
        }
    }
}

/// Handles the events of the host before a few of the tasks that yielded resume. The host
/// reports few events at a time, so it is asked again while there are more. The number of
/// times is bounded, because a stream of small requests must not stop a large one.
fn poll_host(executor: &Executor) {
    for _ in 0..EVENTS_PER_ROUND {
        // SAFETY: touches no memory of ours.
        unsafe { host::thread_yield() };
        if !WAITABLES.get().poll() {
            return;
        }
        executor.run();
    }
}

/// Keeps a waitable in the set between waits, until [`forget`].
pub fn keep(waitable: u32) {
    WAITABLES.get().with(waitable, |entry| entry.kept = true);
}

/// Ends [`keep`]. It must be called before the waitable is dropped, because its number may
/// be used again. Dropping the waitable removes it from the set.
pub fn forget(waitable: u32) {
    WAITABLES
        .get()
        .with(waitable, |entry| *entry = Entry::default());
}

#[derive(Default)]
struct Waitables {
    set: Cell<Option<u32>>,
    /// Entries by the numbers of their waitables, which the host keeps dense.
    entries: RefCell<Vec<Entry>>,
}

#[derive(Clone, Copy, Default)]
struct Entry {
    /// Callback for the end of an operation, and its argument.
    waiting: Option<(Callback, *mut c_void)>,
    /// Whether the waitable is in the set.
    joined: bool,
    kept: bool,
}

type Callback = unsafe extern "C" fn(*mut c_void, u32);

impl Waitables {
    fn set(&self) -> u32 {
        self.set.get().unwrap_or_else(|| {
            // SAFETY: touches no memory of ours.
            let set = unsafe { host::waitable_set_new() };
            self.set.set(Some(set));
            set
        })
    }

    /// Lets the host run until there is an event, and delivers it.
    fn wait(&self) {
        let mut payload = [0; 2];
        // SAFETY: the host writes two words.
        unsafe { host::waitable_set_wait(self.set(), &raw mut payload) };
        self.deliver(payload);
    }

    /// Delivers the events that have happened already. Returns false if there are none.
    fn poll(&self) -> bool {
        let mut some = false;
        let mut payload = [0; 2];
        // SAFETY: the host writes two words. Event 0 is "none".
        while unsafe { host::waitable_set_poll(self.set(), &raw mut payload) } != 0 {
            self.deliver(payload);
            some = true;
        }
        some
    }

    fn deliver(&self, [waitable, code]: [u32; 2]) {
        let waiting = self.with(waitable, |entry| {
            if !entry.kept && core::mem::take(&mut entry.joined) {
                // SAFETY: touches no memory of ours.
                unsafe { host::waitable_join(waitable, 0) };
            }
            entry.waiting.take()
        });
        if let Some((callback, pointer)) = waiting {
            // SAFETY: the caller of `register` promised that callback and pointer are valid
            // until the callback is called, registered anew or unregistered.
            unsafe { callback(pointer, code) };
        }
    }

    fn with<R>(&self, waitable: u32, change: impl FnOnce(&mut Entry) -> R) -> R {
        let mut entries = self.entries.borrow_mut();
        let index = waitable as usize;
        if entries.len() <= index {
            entries.resize(index.saturating_add(1), Entry::default());
        }
        match entries.get_mut(index) {
            Some(entry) => change(entry),
            None => change(&mut Entry::default()),
        }
    }
}

/// The running executor, as wit-bindgen's operations ask for it: the first version of its
/// `wasip3_task`.
#[repr(C)]
pub struct Task {
    version: u32,
    /// Argument of the functions, which do not need it.
    context: *mut c_void,
    register: unsafe extern "C" fn(*mut c_void, u32, Callback, *mut c_void) -> *mut c_void,
    unregister: unsafe extern "C" fn(*mut c_void, u32) -> *mut c_void,
}

impl Task {
    fn new() -> Self {
        Self {
            version: 1,
            context: ptr::null_mut(),
            register,
            unregister,
        }
    }
}

/// Registers `callback` for the end of the operation on `waitable`. Returns the pointer
/// that was registered before.
unsafe extern "C" fn register(
    _: *mut c_void,
    waitable: u32,
    callback: Callback,
    pointer: *mut c_void,
) -> *mut c_void {
    let waitables = WAITABLES.get();
    let set = waitables.set();
    waitables.with(waitable, |entry| {
        if !core::mem::replace(&mut entry.joined, true) {
            // SAFETY: touches no memory of ours.
            unsafe { host::waitable_join(waitable, set) };
        }
        let before = entry.waiting.replace((callback, pointer));
        before.map_or(ptr::null_mut(), |(_, pointer)| pointer)
    })
}

/// Removes `waitable` from the set, because it is a trap to cancel an operation on a
/// waitable in a set.
unsafe extern "C" fn unregister(_: *mut c_void, waitable: u32) -> *mut c_void {
    WAITABLES.get().with(waitable, |entry| {
        if core::mem::take(&mut entry.joined) {
            // SAFETY: touches no memory of ours.
            unsafe { host::waitable_join(waitable, 0) };
        }
        let before = entry.waiting.take();
        before.map_or(ptr::null_mut(), |(_, pointer)| pointer)
    })
}

/// The only set, because there is only one task (`wasip3_task_set` takes no other).
static WAITABLES: SingleThreaded = SingleThreaded(Waitables {
    set: Cell::new(None),
    entries: RefCell::new(Vec::new()),
});

struct SingleThreaded(Waitables);

// SAFETY: the component has one thread. Outside of the sandbox there is no host to wait
// for.
unsafe impl Sync for SingleThreaded {}

impl SingleThreaded {
    fn get(&self) -> &Waitables {
        &self.0
    }
}

/// Built-in functions of the Component Model that wit-bindgen does not offer.
#[cfg(target_family = "wasm")]
mod host {
    #[link(wasm_import_module = "$root")]
    unsafe extern "C" {
        #[link_name = "[waitable-set-new]"]
        pub fn waitable_set_new() -> u32;
        #[link_name = "[waitable-set-wait]"]
        pub fn waitable_set_wait(set: u32, payload: *mut [u32; 2]) -> u32;
        #[link_name = "[waitable-set-poll]"]
        pub fn waitable_set_poll(set: u32, payload: *mut [u32; 2]) -> u32;
        #[link_name = "[waitable-join]"]
        pub fn waitable_join(waitable: u32, set: u32);
        #[link_name = "[thread-yield]"]
        pub fn thread_yield() -> u32;
    }

    unsafe extern "C" {
        /// Sets the executor that operations belong to, and returns the previous one. It is
        /// part of wit-bindgen.
        pub fn wasip3_task_set(task: *mut super::Task) -> *mut super::Task;
    }
}

/// Stand-ins for the tests of the pure parts, which run without a sandbox and without a
/// host.
#[cfg(not(target_family = "wasm"))]
mod host {
    macro_rules! unreachable_functions {
        ($($name:ident($($argument:ty),*) -> $result:ty;)*) => {
            $(pub unsafe fn $name($(_: $argument),*) -> $result { unreachable!() })*
        };
    }

    unreachable_functions! {
        waitable_set_new() -> u32;
        waitable_set_wait(u32, *mut [u32; 2]) -> u32;
        waitable_set_poll(u32, *mut [u32; 2]) -> u32;
        waitable_join(u32, u32) -> ();
        thread_yield() -> u32;
        wasip3_task_set(*mut super::Task) -> *mut super::Task;
    }
}
