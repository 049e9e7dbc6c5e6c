use chaos::world::proxy::{Lost, Proxy};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Asks a server that answers every COMMIT by `C`, once for each connection, so many times; answers
/// how often the answer arrived, how often the server heard of it, and what the proxy says.
async fn commits(times: usize, loses: bool) -> (usize, usize, Lost) {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let proxy = Proxy::before(&format!("test://user@{address}/gateway")).await.unwrap();
    proxy.lose_answers(loses);
    let proxied = proxy.url().trim_start_matches("test://user@").trim_end_matches("/gateway");
    let (mut answered, mut heard) = (0, 0);
    for _ in 0..times {
        let mut client = TcpStream::connect(proxied).await.unwrap();
        let (mut serving, _) = server.accept().await.unwrap();
        client.write_all(b"COMMIT").await.unwrap();
        let mut buffer = [0; 6];
        if serving.read_exact(&mut buffer).await.is_ok() {
            heard += 1;
            serving.write_all(b"C").await.unwrap();
        }
        answered += usize::from(client.read_exact(&mut buffer[..1]).await.is_ok());
    }
    (answered, heard, proxy.lost())
}

#[tokio::test]
async fn nothing_is_lost_unless_it_is_asked_for() {
    assert_eq!(commits(50, false).await, (50, 50, Lost::default()));
}

#[tokio::test]
async fn commits_and_their_answers_are_lost() {
    let (answered, heard, lost) = commits(2000, true).await;
    assert!(lost.commits > 0 && lost.commit_answers > 0, "{lost:?}");
    assert_eq!(2000 - heard, usize::try_from(lost.commits).unwrap());
    assert_eq!(heard - answered, usize::try_from(lost.commit_answers).unwrap());
}
