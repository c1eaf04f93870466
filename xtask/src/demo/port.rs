//! Ports: whether they are free, and who holds them if not.

use std::{
    fs,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    path::Path,
};

use crate::failure::{Failure, Outcome};

/// Checks that a service can listen on `port` of this machine.
///
/// # Errors
/// A sentence that names the port, what it is for, and who holds it if that can be known.
pub fn require_free(port: u16, purpose: &str) -> Outcome {
    let addresses =
        [SocketAddr::from((Ipv4Addr::LOCALHOST, port)), SocketAddr::from((Ipv6Addr::LOCALHOST, port))];
    for address in addresses {
        let Err(error) = TcpListener::bind(address) else { continue };
        if error.kind() == std::io::ErrorKind::AddrInUse {
            let holder = holder_of(port).map_or_else(String::new, |holder| format!(" by {holder}"));
            return Err(Failure::new(format!(
                "Port {port}, for {purpose}, is taken{holder}: stop that and try again."
            )));
        }
        // A machine without IPv6 refuses that address; that does not concern the port.
    }
    Ok(())
}

/// Name and number of the process that listens on the port; known on Linux, and for processes of this user only.
fn holder_of(port: u16) -> Option<String> {
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    let inode = tables.iter().find_map(|table| listening_inode(table, port))?;
    let socket = format!("socket:[{inode}]");
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let process = entry.path();
        let id = entry.file_name().to_string_lossy().parse::<u32>();
        if let Ok(id) = id
            && holds(&process, &socket)
        {
            let name = fs::read_to_string(process.join("comm")).ok()?;
            return Some(format!("{} (process {id})", name.trim()));
        }
    }
    None
}

fn holds(process: &Path, socket: &str) -> bool {
    let Ok(files) = fs::read_dir(process.join("fd")) else { return false };
    files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|target| target.as_os_str() == socket))
}

/// The inode of the socket that listens on `port`, from a table in the form of `/proc/net/tcp`.
fn listening_inode(table: &str, port: u16) -> Option<&str> {
    const LISTENING: &str = "0A";
    let suffix = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let matches = fields.get(1)?.ends_with(&suffix) && *fields.get(3)? == LISTENING;
        matches.then(|| fields.get(9).copied())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
             0: 0100007F:231D 00000000:0000 01 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100\n   \
             1: 0100007F:231D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 22 1 0 100\n";
        for (port, expected) in [(8989, Some("22")), (8990, None)] {
            assert_eq!(listening_inode(table, port), expected);
        }
    }

    #[test]
    fn a_taken_port_is_named_with_its_holder_and_a_free_one_is_fine() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let failure = require_free(port, "the shop").unwrap_err().to_string();
        assert!(failure.starts_with(&format!("Port {port}, for the shop, is taken")), "{failure}");
        if cfg!(target_os = "linux") {
            assert!(failure.contains(&format!("(process {})", std::process::id())), "{failure}");
        }
        drop(listener);
        assert_eq!(require_free(port, "the shop"), Ok(()));
    }
}
