#include "server/background.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/log.h"

namespace cobnut {
namespace {

constexpr char kDefaultPidfile[] = "/run/cobnut.pid";  // of a daemon; Redis has /var/run/redis.pid

std::string current_folder() {
  char path[PATH_MAX];
  return getcwd(path, sizeof path) != nullptr ? path : "";
}

// Where the process's number is written; the working folder may change later.
std::string pidfile_path(const Options& options, bool daemon) {
  const std::string path = options.pidfile.empty() && daemon ? kDefaultPidfile : options.pidfile;
  return path.empty() || path[0] == '/' ? path : current_folder() + "/" + path;
}

std::string notify_path(const Options& options) {
  const char* path = getenv("NOTIFY_SOCKET");
  return options.supervised != Supervised::kNo && path != nullptr ? path : "";
}

// One datagram to systemd's socket, as sd_notify(3) describes; '@' is an abstract name.
void notify(const std::string& path, Bytes state) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return;
  memcpy(address.sun_path, path.data(), path.size());
  if (path[0] == '@') address.sun_path[0] = '\0';
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  if (fd < 0 || sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
                       reinterpret_cast<sockaddr*>(&address), size) < 0) {
    log::warning("server", "cannot tell systemd at %s: %s", path.c_str(), strerror(errno));
  }
  if (fd >= 0) close(fd);
}

// In the parent: 0 once the child says so, 1 when it has ended without.
[[noreturn]] void wait_for_child(int fd, pid_t child) {
  char byte;
  ssize_t got;
  do got = read(fd, &byte, 1);
  while (got < 0 && errno == EINTR);
  if (got != 1) waitpid(child, nullptr, 0);
  _exit(got == 1 ? 0 : 1);
}

}  // namespace

Background::Background(const Options& options)
    : supervised_(!notify_path(options).empty()),
      fork_(options.daemonize && !supervised_),
      pidfile_(pidfile_path(options, fork_)),
      notify_path_(notify_path(options)) {
  if (options.supervised == Supervised::kSystemd && !supervised_)
    log::warning("server", "supervised is systemd, but NOTIFY_SOCKET is not set: nobody to tell");
}

Status Background::start() {
  if (!fork_) return Ok{};
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error{std::string("pipe: ") + strerror(errno)};
  fflush(nullptr);  // what is buffered would be written twice
  const pid_t child = fork();
  if (child < 0) return Error{std::string("cannot fork for daemonize: ") + strerror(errno)};
  if (child > 0) {
    close(ends[1]);
    wait_for_child(ends[0], child);
  }
  close(ends[0]);
  parent_ = ends[1];
  setsid();
  return Ok{};
}

// As on Redis, that it cannot be written is no reason to stay down.
void Background::write_pidfile() {
  if (pidfile_.empty()) return;
  FILE* file = fopen(pidfile_.c_str(), "we");
  if (file == nullptr) {
    log::warning("server", "cannot write the pid file %s: %s", pidfile_.c_str(), strerror(errno));
    return;
  }
  fprintf(file, "%d\n", static_cast<int>(getpid()));
  fclose(file);
  pidfile_written_ = true;
}

void Background::ready() {
  if (supervised_) notify(notify_path_, "READY=1\nSTATUS=Ready to accept connections\n");
  if (!fork_) return;
  fflush(nullptr);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (null >= 0) dup2(null, fd);
  }
  if (null > STDERR_FILENO) close(null);
  [[maybe_unused]] const ssize_t told = write(parent_, "r", 1);
  close(parent_);
}

void Background::stopping() {
  if (supervised_) notify(notify_path_, "STOPPING=1\n");
}

Background::~Background() {
  if (pidfile_written_) unlink(pidfile_.c_str());
}

}  // namespace cobnut
