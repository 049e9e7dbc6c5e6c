// Receives webhooks: checks who sent them, answers, and then does the work. Java 17 or newer.
//
//     WEBHOOK_SECRET=whsec_… java Receiver.java 9000

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import static java.nio.charset.StandardCharsets.UTF_8;

public final class Receiver {
    private static final int TOLERANCE_SECONDS = 300;
    private static final int MAX_BODY_BYTES = 128 * 1024;

    // In a shop: a table in which the id is unique, and the event is kept before it is answered.
    private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();

    public static void main(String[] arguments) throws IOException {
        String secret = System.getenv("WEBHOOK_SECRET").replace("whsec_", "");
        SecretKeySpec key = new SecretKeySpec(Base64.getDecoder().decode(secret), "HmacSHA256");
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0]));
        HttpServer server = HttpServer.create(address, 0);
        server.createContext("/", exchange -> receive(exchange, key));
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.start();
        System.out.println("Listening on http://127.0.0.1:" + server.getAddress().getPort());
    }

    private static void receive(HttpExchange exchange, SecretKeySpec key) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        boolean isGenuine = body.length <= MAX_BODY_BYTES && isGenuine(exchange.getRequestHeaders(), body, key);
        String id = exchange.getRequestHeaders().getFirst("webhook-id");
        boolean isNew = isGenuine && SEEN.add(id);
        exchange.sendResponseHeaders(isGenuine ? 204 : 400, -1);
        exchange.close();
        if (isNew) {
            work(id, new String(body, UTF_8));
        } else if (!isGenuine) {
            System.out.println("refused");
        }
    }

    /** Whether a signature in the list is ours, over id, time and body as they came, and of now. */
    private static boolean isGenuine(Headers headers, byte[] body, SecretKeySpec key) {
        String id = headers.getFirst("webhook-id");
        String time = headers.getFirst("webhook-timestamp");
        String signatures = headers.getFirst("webhook-signature");
        if (id == null || time == null || signatures == null || !time.matches("[0-9]{1,12}")) {
            return false;
        }
        if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(time)) > TOLERANCE_SECONDS) {
            return false;
        }
        byte[] wanted = signature(id + "." + time + ".", body, key).getBytes(UTF_8);
        for (String given : signatures.split(" ")) {
            if (MessageDigest.isEqual(given.getBytes(UTF_8), wanted)) {
                return true;
            }
        }
        return false;
    }

    private static String signature(String start, byte[] body, SecretKeySpec key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(start.getBytes(UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException(error);
        }
    }

    /** In a shop: read the JSON with the library that you use. */
    private static void work(String id, String event) {
        System.out.println(id + " " + event);
    }
}
