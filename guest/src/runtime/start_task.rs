//! Tasks whose end can be waited for.

use alloc::rc::Rc;
use core::future::Future;

use super::executor::Executor;
use super::notify::Notify;

/// Runs a task beside the others. Returns a flag that is raised when the task ends.
pub fn start_task(executor: &Executor, task: impl Future<Output = ()> + 'static) -> Rc<Notify> {
    let ended = Rc::new(Notify::default());
    executor.spawn({
        let ended = Rc::clone(&ended);
        async move {
            task.await;
            ended.raise();
        }
    });
    ended
}
