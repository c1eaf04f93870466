//! Listening: HTTP/1.1 on localhost, with the ability to drop a connection unanswered.

use super::middleware::DropConnection;
use super::platform::{announce, complain};
use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

/// Serves `app` on loopback until the process ends, after printing one line with the address.
///
/// # Errors
/// When the port is taken or may not be used.
pub async fn listen(app: Router, port: u16, name: &str) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on port {port}: {error}")))?;
    let port = listener.local_addr()?.port();
    // Where `localhost` means ::1 first, clients must not find a closed door there.
    if let Ok(second) = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
        tokio::spawn(serve(second, app.clone()));
    }
    announce(&format!("{name} listening on http://localhost:{port}"));
    serve(listener, app).await;
    Ok(())
}

/// Accepts connections for ever.
pub async fn serve(listener: TcpListener, app: Router) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, app.clone()));
            }
            Err(error) => {
                // Out of file descriptors, most likely: waiting lets connections end.
                complain(&format!("accept failed: {error}"));
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, app: Router) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let app = app.clone();
        async move {
            let Ok(response) = app.oneshot(request.map(Body::new)).await;
            if response.extensions().get::<DropConnection>().is_some() {
                return Err(io::Error::from(io::ErrorKind::ConnectionReset));
            }
            Ok(response)
        }
    });
    // An error here is the peer's hang-up or a fault we were asked for; neither needs a report.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
}
