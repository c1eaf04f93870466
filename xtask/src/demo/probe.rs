//! Asks a local server whether it answers yet.

use std::{
    io::{Read as _, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    time::Duration,
};

/// A server that is still busy compiling its first page gets this long for one answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The status of `GET path` on `localhost:port`; nothing when there is no answer in HTTP.
pub fn status(port: u16, path: &str) -> Option<u16> {
    let addresses = ("localhost", port).to_socket_addrs().ok()?;
    let mut stream = addresses
        .into_iter()
        .find_map(|address| TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok())?;
    stream.set_read_timeout(Some(TIMEOUT)).ok()?;
    stream.set_write_timeout(Some(TIMEOUT)).ok()?;
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut head = [0_u8; 16];
    stream.read_exact(&mut head).ok()?;
    status_of(&head)
}

/// The number in `HTTP/1.1 200 OK`.
fn status_of(head: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(head).ok()?;
    text.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    #[test]
    fn the_status_is_read_from_a_server() {
        for (answer, expected) in [
            ("HTTP/1.1 200 OK\r\n\r\n", Some(200)),
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n", Some(503)),
            ("something else entirely", None),
            ("", None),
        ] {
            let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0_u8; 512];
                let _ = stream.read(&mut request);
                stream.write_all(answer.as_bytes()).unwrap();
            });
            assert_eq!(status(port, "/x"), expected, "{answer}");
            server.join().unwrap();
        }
        assert_eq!(status(1, "/"), None);
    }
}
