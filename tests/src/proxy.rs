//! A TCP proxy between a client and a server: it counts what the client sends, and cuts the wire at a word.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// When and how a wire is cut.
#[derive(Clone, Debug)]
pub struct Cut {
    /// The bytes from the client at which it happens.
    pub at: Vec<u8>,
    /// How many of these to let through before.
    pub skip: usize,
}

/// A proxy that listens on a port of its own for as long as the value lives.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    bursts: Arc<AtomicUsize>,
    cut: Arc<Mutex<Option<Cut>>>,
}

impl Proxy {
    /// Starts one before a server.
    ///
    /// # Panics
    /// Where no port is free.
    #[must_use]
    pub fn start(host: &str, port: u16) -> Self {
        Self::start_on(0, host, port)
    }

    /// Starts one that listens on this port; 0 is any that is free.
    ///
    /// # Panics
    /// Where the port is not free.
    #[must_use]
    pub fn start_on(listens: u16, host: &str, port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", listens)).expect("a free port");
        let proxy = Self {
            port: listener.local_addr().expect("a bound port").port(),
            bursts: Arc::default(),
            cut: Arc::default(),
        };
        let (bursts, cut, server) = (
            Arc::clone(&proxy.bursts),
            Arc::clone(&proxy.cut),
            format!("{host}:{port}"),
        );
        // It ends with the process: a listener that nobody asks costs nothing.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&server) else {
                    continue;
                };
                join(client, server, &bursts, &cut);
            }
        });
        proxy
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on: when the client sends these bytes they still reach the server, but the answer never comes back.
    pub fn cut(&self, cut: Cut) {
        *self.cut.lock().unwrap_or_else(PoisonError::into_inner) = Some(cut);
    }

    /// How often the client sent something after the server had answered: the round trips so far.
    #[must_use]
    pub fn round_trips(&self) -> usize {
        self.bursts.load(Ordering::SeqCst)
    }
}

fn join(
    client: TcpStream,
    server: TcpStream,
    bursts: &Arc<AtomicUsize>,
    cut: &Arc<Mutex<Option<Cut>>>,
) {
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    // Whether the server spoke last; the client's next bytes then begin a new round trip.
    let answered = Arc::new(Mutex::new(true));
    let (Ok(client_back), Ok(server_back)) = (client.try_clone(), server.try_clone()) else {
        return;
    };
    let (bursts, cut) = (Arc::clone(bursts), Arc::clone(cut));
    let spoke = Arc::clone(&answered);
    let silenced = Arc::new(Mutex::new(false));
    let silent = Arc::clone(&silenced);
    std::thread::spawn(move || {
        pump(client, server, |bytes, client| {
            let mut last = answered.lock().unwrap_or_else(PoisonError::into_inner);
            if std::mem::replace(&mut *last, false) {
                bursts.fetch_add(1, Ordering::SeqCst);
            }
            drop(last);
            if reached(&cut, bytes) {
                *silent.lock().unwrap_or_else(PoisonError::into_inner) = true;
                let client = client.try_clone();
                // The server gets the bytes and the time to act on them before the client learns that the wire is cut.
                std::thread::spawn(move || {
                    std::thread::sleep(Duration::from_millis(300));
                    client.map(|client| client.shutdown(Shutdown::Both))
                });
            }
            true
        });
    });
    std::thread::spawn(move || {
        pump(server_back, client_back, |_, _| {
            *spoke.lock().unwrap_or_else(PoisonError::into_inner) = true;
            !*silenced.lock().unwrap_or_else(PoisonError::into_inner)
        });
    });
}

fn reached(cut: &Mutex<Option<Cut>>, bytes: &[u8]) -> bool {
    let mut cut = cut.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(wanted) = cut.as_mut() else {
        return false;
    };
    if !bytes
        .windows(wanted.at.len())
        .any(|window| window == wanted.at)
    {
        return false;
    }
    if wanted.skip > 0 {
        wanted.skip -= 1;
        return false;
    }
    *cut = None;
    true
}

/// Copies until one side closes; what the function refuses is dropped.
fn pump(mut from: TcpStream, mut to: TcpStream, mut keep: impl FnMut(&[u8], &TcpStream) -> bool) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read) = from.read(&mut buffer) {
        if read == 0 || (keep(&buffer[..read], &from) && to.write_all(&buffer[..read]).is_err()) {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
