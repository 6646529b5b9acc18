/* A server that writes each token by itself: what Python cannot do a hundred thousand times a second.
 *
 *     token_server STREAMS RATE TOKENS [CERTIFICATE]
 *
 * Speaks HTTP/1.1 on loopback and answers every request with a stream in OpenAI's chunk format: the head at once, and
 * when STREAMS requests are there, TOKENS tokens for each, RATE a second, spread evenly over the streams, each token by
 * a write of its own. Then a finish reason, usage and [DONE] in one write. With a certificate (a file with its key) it
 * speaks TLS, if it was compiled with -DTLS. Prints its port, and leaves when its standard input ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#ifdef TLS
#include <openssl/ssl.h>
#endif

#define SLOTS 4096 /* of a millisecond: the wheel on which tokens are due */
#define REQUEST 4096

static const char HEAD[] =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
#define CHUNK                                                                                                          \
  "data: {\"id\":\"chatcmpl-0123456789abcdef\",\"object\":\"chat.completion.chunk\",\"created\":1795521600,"          \
  "\"model\":\"model\",\"choices\":[{\"index\":0,\"delta\":"

struct stream {
  int fd, agreed, started;
  long sent;          /* tokens */
  size_t part;        /* bytes of the message under way */
  double due;         /* milliseconds */
  size_t got;         /* bytes of the request */
  struct stream *next; /* on the wheel */
#ifdef TLS
  SSL *tls;
#endif
  char request[REQUEST];
};

static struct stream *wheel[SLOTS];
static struct stream **waiting;
static char token[1024], last[2048];
static size_t token_size, last_size;
static long streams, tokens, ready;
static double interval;
static int events;
#ifdef TLS
static SSL_CTX *context;
#endif

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void die(const char *why) {
  perror(why);
  exit(1);
}

static void frame(char *into, size_t room, size_t *size, const char *data) {
  *size = (size_t)snprintf(into, room, "%zx\r\n%s\r\n", strlen(data), data);
}

static void messages(void) {
  char tail[1024];
  frame(token, sizeof token, &token_size, CHUNK "{\"content\":\" token\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n");
  snprintf(tail, sizeof tail,
           CHUNK "{},\"logprobs\":null,\"finish_reason\":\"stop\"}]}\n\n"
                 "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":%ld}}\n\ndata: [DONE]\n\n",
           tokens);
  frame(last, sizeof last - 8, &last_size, tail);
  memcpy(last + last_size, "0\r\n\r\n", 5);
  last_size += 5;
}

static void drop(struct stream *s) {
#ifdef TLS
  if (s->tls)
    SSL_free(s->tls);
#endif
  close(s->fd);
  s->fd = -1; /* freed when the wheel, if it is on it, comes by */
  if (!s->started)
    free(s);
}

/* Bytes written, 0 where there is no room now, -1 where the other side is gone. */
static ssize_t put(struct stream *s, const char *data, size_t size) {
#ifdef TLS
  if (s->tls) {
    int done = SSL_write(s->tls, data, (int)size);
    if (done > 0)
      return done;
    int why = SSL_get_error(s->tls, done);
    return why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ ? 0 : -1;
  }
#endif
  ssize_t done = send(s->fd, data, size, MSG_NOSIGNAL);
  return done >= 0 ? done : errno == EAGAIN ? 0 : -1;
}

static void on_wheel(struct stream *s, double at) {
  struct stream **slot = &wheel[(long)at % SLOTS];
  s->next = *slot;
  *slot = s;
}

static void begin_all(void) {
  double start = now_ms() + 200;
  for (long i = 0; i < streams; i++) {
    waiting[i]->started = 1;
    waiting[i]->due = start + interval * i / streams;
    on_wheel(waiting[i], waiting[i]->due);
  }
}

static void asked(struct stream *s) {
  s->got = 0;
  put(s, HEAD, sizeof HEAD - 1);
  if (ready < streams) {
    waiting[ready++] = s;
    if (ready == streams)
      begin_all();
  }
}

/* Write what is due; -1 where the stream is over. */
static int write_due(struct stream *s, double now) {
  while (s->sent <= tokens && s->due <= now) {
    const char *message = s->sent < tokens ? token : last;
    size_t size = s->sent < tokens ? token_size : last_size;
    ssize_t done = put(s, message + s->part, size - s->part);
    if (done < 0) {
      drop(s);
      return -1;
    }
    s->part += (size_t)done;
    if (s->part < size) {
      on_wheel(s, now + 2);
      return 0;
    }
    s->part = 0;
    s->sent++;
    s->due += interval;
  }
  if (s->sent > tokens)
    return -1;
  on_wheel(s, s->due > now + 1 ? s->due : now + 1);
  return 0;
}

static void turn_wheel(long *at, double now) {
  for (; *at <= (long)now; (*at)++) {
    struct stream *s = wheel[*at % SLOTS];
    wheel[*at % SLOTS] = NULL;
    while (s) {
      struct stream *next = s->next;
      if (s->fd < 0)
        free(s);
      else if (s->due > now + 1)
        on_wheel(s, s->due);
      else
        write_due(s, now);
      s = next;
    }
  }
}

static ssize_t take(struct stream *s) {
#ifdef TLS
  if (s->tls) {
    if (!s->agreed) {
      int done = SSL_accept(s->tls);
      if (done <= 0) {
        int why = SSL_get_error(s->tls, done);
        return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? -2 : 0;
      }
      s->agreed = 1;
    }
    int got = SSL_read(s->tls, s->request + s->got, (int)(REQUEST - 1 - s->got));
    if (got > 0)
      return got;
    return SSL_get_error(s->tls, got) == SSL_ERROR_WANT_READ ? -2 : 0;
  }
#endif
  ssize_t got = recv(s->fd, s->request + s->got, REQUEST - 1 - s->got, 0);
  return got < 0 && errno == EAGAIN ? -2 : got < 0 ? 0 : got;
}

static void readable(struct stream *s) {
  ssize_t got;
  while ((got = take(s)) > 0) {
    s->got += (size_t)got;
    s->request[s->got] = 0;
    char *body = strstr(s->request, "\r\n\r\n"), *length = strcasestr(s->request, "content-length:");
    if (body && s->got >= (size_t)(body + 4 - s->request) + (length && length < body ? (size_t)atol(length + 15) : 0))
      asked(s);
  }
  if (got == 0)
    drop(s);
}

static void welcome(int listening) {
  int fd, on = 1;
  while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    struct stream *s = calloc(1, sizeof *s);
    s->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
#ifdef TLS
    if (context) {
      s->tls = SSL_new(context);
      SSL_set_fd(s->tls, fd);
      SSL_set_accept_state(s->tls);
    }
#endif
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};
    epoll_ctl(events, EPOLL_CTL_ADD, fd, &event);
  }
}

static int listen_on_loopback(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) || listen(fd, 4096))
    die("listen");
  getsockname(fd, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

static void speak_tls(const char *certificate) {
#ifdef TLS
  context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, certificate, SSL_FILETYPE_PEM) != 1)
    die(certificate);
#else
  (void)certificate;
  die("compiled without TLS");
#endif
}

int main(int count, char **arguments) {
  if (count < 4)
    return 64;
  streams = atol(arguments[1]);
  interval = 1e3 / atof(arguments[2]);
  tokens = atol(arguments[3]);
  waiting = calloc((size_t)streams, sizeof *waiting);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  signal(SIGPIPE, SIG_IGN);
  if (count > 4)
    speak_tls(arguments[4]);
  messages();
  int listening = listen_on_loopback();
  events = epoll_create1(0);
  struct epoll_event found[512], listener = {.events = EPOLLIN, .data.ptr = &listening},
                                 input = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(events, EPOLL_CTL_ADD, listening, &listener);
  epoll_ctl(events, EPOLL_CTL_ADD, 0, &input);
  long at = (long)now_ms();
  for (;;) {
    int size = epoll_wait(events, found, 512, 1);
    for (int i = 0; i < size; i++) {
      if (!found[i].data.ptr)
        return 0;
      if (found[i].data.ptr == &listening)
        welcome(listening);
      else
        readable(found[i].data.ptr);
    }
    turn_wheel(&at, now_ms());
  }
}
