//! Blocking calls inside somebody's asynchronous runtime, and the asynchronous twins outside of one.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use tokio::runtime::{Builder, Runtime};

/// More than the 128 operations after which tokio makes a task yield, which a blocking call cannot.
const CALLS: usize = 300;

fn many_calls_in_one_task(runtime: &Runtime) {
    let server = support::server();
    let client = support::client(&server);
    runtime.block_on(async move {
        let calls = tokio::spawn(async move {
            for _ in 0..CALLS {
                assert_eq!(client.list_tokens(Some("ada")).unwrap().len(), 2);
            }
            // The client is dropped here, inside the runtime.
        });
        calls.await.unwrap();
    });
    assert_eq!(server.requests().len(), CALLS);
}

#[test]
fn blocking_calls_work_in_a_current_thread_runtime() {
    many_calls_in_one_task(&Builder::new_current_thread().enable_all().build().unwrap());
}

#[test]
fn blocking_calls_work_in_a_multi_thread_runtime() {
    many_calls_in_one_task(&Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());
}

#[test]
fn blocking_calls_work_where_a_runtime_lets_tasks_block() {
    let server = support::server();
    let client = support::client(&server);
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let list = |client: &netbird_tokens::Client| assert_eq!(client.list_tokens(Some("ada")).unwrap().len(), 2);
    let handle = client.clone();
    runtime.block_on(async move { tokio::task::spawn_blocking(move || list(&handle)).await.unwrap() });
    let handle = client.clone();
    runtime.block_on(async move {
        tokio::spawn(async move { tokio::task::block_in_place(|| list(&handle)) }).await.unwrap();
    });
    // The thread may enter the runtime without running a task of it.
    let entered = runtime.enter();
    list(&client);
    drop(entered);
    list(&client);
}

#[test]
fn an_observer_may_use_a_runtime_or_a_client() {
    let server = support::server();
    let inner = support::client(&server);
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let client = support::builder(&server)
        .observer(move |_| {
            assert_eq!(inner.list_tokens(Some("ada")).unwrap().len(), 2);
            runtime.block_on(async { tokio::time::sleep(std::time::Duration::from_millis(1)).await });
        })
        .build()
        .unwrap();
    assert_eq!(client.list_tokens(Some("ada")).unwrap().len(), 2);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_client_may_be_used_and_dropped_at_the_end_of_a_thread() {
    use std::cell::RefCell;

    struct Last(netbird_tokens::Client);

    impl Drop for Last {
        fn drop(&mut self) {
            self.0.list_tokens(Some("ada")).unwrap();
        }
    }

    thread_local!(static LAST: RefCell<Option<Last>> = const { RefCell::new(None) });

    let server = support::server();
    let client = support::client(&server);
    std::thread::spawn(move || {
        LAST.with(|last| *last.borrow_mut() = Some(Last(client.clone())));
        client.list_tokens(Some("ada")).unwrap();
    })
    .join()
    .unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[cfg(feature = "async")]
mod twins {
    use std::future::Future;
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread::Thread;

    use super::*;

    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    /// The least an executor can be: no runtime, no I/O, no timers.
    fn block_on<F: Future>(future: F) -> F::Output {
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut future = pin!(future);
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(output) => return output,
                Poll::Pending => std::thread::park(),
            }
        }
    }

    #[test]
    fn a_call_can_be_awaited_on_any_executor() {
        let server = support::server();
        let client = support::client(&server);
        assert_eq!(block_on(client.list_tokens_async(None)).unwrap().len(), 2);
        assert_eq!(block_on(client.current_user_async()).unwrap().id(), "ada");
    }

    #[test]
    fn awaited_calls_share_their_connection_and_blocking_ones_theirs() {
        let server = support::server();
        let client = support::client(&server);
        for _ in 0..2 {
            client.list_tokens(Some("ada")).unwrap();
            block_on(client.list_tokens_async(Some("ada"))).unwrap();
        }
        let connections: Vec<_> = server.requests().iter().map(|request| request.connection).collect();
        assert_eq!(connections.len(), 4);
        assert_eq!(connections[0], connections[2], "the lane's");
        assert_eq!(connections[1], connections[3], "the engine's");
        assert_ne!(connections[0], connections[1]);
    }

    #[test]
    fn a_dropped_call_ends_its_request() {
        let server = support::server();
        server.push_fault(serde_json::from_str(r#"{"action": {"delay": {"ms": 60000}}}"#).unwrap());
        let client = support::client(&server);
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let call = client.list_tokens_async(Some("ada"));
            assert!(tokio::time::timeout(std::time::Duration::from_millis(200), call).await.is_err());
        });
        // The connection that waits was given up, so the next call has one of its own and is answered.
        assert_eq!(client.list_tokens(Some("ada")).unwrap().len(), 2);
    }
}
