//! The service over HTTP. It serves what is there, and says whether the database is as the app needs it; it never upgrades.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use diesel::r2d2::Pool;
use serde::Serialize;

use crate::database::{Databases, Manager};
use crate::error::Error;
use crate::{membership, upgrade};

#[derive(Clone)]
struct App {
    url: String,
    databases: Databases,
}

/// What /readyz answers.
#[derive(Serialize)]
struct Readiness {
    ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// What an endpoint answers that failed.
#[derive(Serialize)]
struct Refusal {
    error: String,
}

/// Serves until SIGINT or SIGTERM. `listening` is told the address once requests are taken.
pub(crate) fn serve(
    url: &str,
    listen: SocketAddr,
    listening: impl FnOnce(SocketAddr),
) -> Result<(), Error> {
    // No connection is made before a request needs one: a server that starts before its database waits for it.
    let databases = Pool::builder()
        .min_idle(Some(0))
        .max_size(8)
        .connection_timeout(Duration::from_secs(5))
        .build_unchecked(Manager {
            url: url.to_owned(),
        });
    let app = App {
        url: url.to_owned(),
        databases,
    };
    let routes = Router::new()
        .route("/members", get(members))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .with_state(app);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        let stop = asked_to_stop()?;
        listening(listener.local_addr()?);
        axum::serve(listener, routes)
            .with_graceful_shutdown(stop)
            .await?;
        Ok(())
    })
}

async fn members(State(app): State<App>) -> Response {
    let listed = blocking(move || {
        let mut database = app.databases.get()?;
        Ok(membership::list(&mut database)?)
    })
    .await;
    match listed {
        Ok(members) => Json(members).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, Json(Refusal { error })).into_response(),
    }
}

async fn readyz(State(app): State<App>) -> Response {
    match blocking(move || upgrade::check(&app.url)).await {
        Ok(()) => Json(Readiness {
            ready: true,
            why: None,
        })
        .into_response(),
        Err(why) => (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(Readiness {
                ready: false,
                why: Some(why),
            }),
        )
            .into_response(),
    }
}

/// Diesel blocks; requests must not wait for each other's queries.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, String> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// What a container's supervisor sends, or a user's Ctrl-C. They count from this call on.
#[cfg(unix)]
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// A user's Ctrl-C. It counts from this call on.
#[cfg(windows)]
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { _ = interrupt.recv().await })
}
