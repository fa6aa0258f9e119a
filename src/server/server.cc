#include "server/server.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/version.h"
#include "command/server.h"
#include "command/table.h"
#include "commands/families.h"
#include "config/config_command.h"
#include "memory/large.h"
#include "net/acceptor.h"
#include "net/loop_thread.h"
#include "server/background.h"
#include "server/descriptors.h"
#include "server/threads.h"

namespace cobnut {
namespace {

constexpr size_t kThreadsMax = 256;
constexpr size_t kShardsMax = 4096;
constexpr size_t kShardsPerThread = 8;  // ARCHITECTURE §1

// maxclients connections need descriptors: the soft limit is raised, or maxclients lowered and said
// so.
void fit_descriptors(Options& options, size_t threads) {
  const int64_t room = room_for_clients(options.maxclients, threads);
  if (room >= options.maxclients) return;
  log::warning("server",
               "maxclients %lld needs more file descriptors than the limit allows: maxclients is "
               "now %lld; raise it with ulimit -n",
               static_cast<long long>(options.maxclients), static_cast<long long>(room));
  options.maxclients = room;
}

// What CONFIG SET asks of the process (Server::apply).
Status apply_options(const Options& before, const Options& after, Acceptor& acceptor,
                     size_t threads) {
  if (after.maxclients > before.maxclients) {
    const int64_t room = room_for_clients(after.maxclients, threads);
    if (room < after.maxclients) {
      return config_set_failed("maxclients",
                               "The operating system is not able to handle the specified number of "
                               "clients, try with " +
                                   std::to_string(room));
    }
  }
  if (after.bind == before.bind && after.port == before.port) return Ok{};
  const Status moved = acceptor.move(after);
  if (moved.ok()) return Ok{};
  log::warning("server", "CONFIG SET: %s; listening as before", moved.error().c_str());
  return after.port != before.port
             ? config_set_failed("port", "Unable to listen on this port. Check server logs.")
             : config_set_failed("bind", "Failed to bind to specified addresses.");
}

size_t shard_count(const Options& options, size_t threads) {
  const size_t wanted =
      options.shards > 0 ? static_cast<size_t>(options.shards) : threads * kShardsPerThread;
  return std::clamp<size_t>(std::bit_ceil(wanted), 1, kShardsMax);
}

void build_shards(Server& server, const Options& options, size_t count) {
  const ShardSetup setup{
      .slots_each = static_cast<uint32_t>(kSlots / count),
      .databases = static_cast<int>(options.databases),
      .pages = server.pages,
      .large = large_allocator(options.allocator == Allocator::kPooled ? AllocatorKind::kPooled
                                                                       : AllocatorKind::kStandard),
      .budget = server.budget,
      .now_ms = wall_clock_ms()};
  server.slot_shift = std::countr_zero(setup.slots_each);
  for (size_t i = 0; i < count; i++) {
    server.shard_storage.push_back(std::make_unique<Shard>(static_cast<uint32_t>(i), setup));
    server.shards.push_back(server.shard_storage.back().get());
    server.memory_at_start += server.shards.back()->keyspace.used_bytes();
  }
}

void print_start(const Options& options, const Server& server, size_t threads) {
  char memory[32] = "no limit";
  if (options.maxmemory > 0)
    snprintf(memory, sizeof memory, "%.1f MiB", static_cast<double>(options.maxmemory) / (1 << 20));
  std::string where;
  if (options.port != 0) {
    for (const std::string& address : options.bind) where += (where.empty() ? "" : " ") + address;
    where += " port " + std::to_string(options.port);
  }
  if (!options.unixsocket.empty()) where += (where.empty() ? "" : ", ") + options.unixsocket;
  printf(
      "\n  Cobnut %s, speaking the Redis protocol (as Redis %s)\n\n"
      "  listening   %s\n"
      "  PID: %d\n"
      "  threads     %zu loops, %zu shards\n"
      "  memory      %s\n"
      "  to stop     Ctrl-C, or redis-cli shutdown\n\n",
      kCobnutVersion, kRedisVersion, where.c_str(), static_cast<int>(getpid()), threads,
      server.shards.size(), memory);
  printf("Ready to accept connections\n");
  fflush(stdout);
}

// What the configuration asks of the process before anything is built. False: said on stderr.
bool prepare_process(Options& options, Background& background) {
  log::set_level(static_cast<log::Level>(options.loglevel));
  if (options.syslog_enabled) log::use_syslog(options.syslog_ident, options.syslog_facility);
  Status prepared = log::open_file(options.logfile);
  if (prepared.ok()) prepared = background.start();
  if (!prepared.ok()) {
    fprintf(stderr, "cobnut: %s\n", prepared.error().c_str());
    return false;
  }
  const std::string ignored = newly_without_effect(Options{}, options);
  if (!ignored.empty()) {
    log::warning("config", "set, but without effect here: %s; --check-config says why",
                 ignored.c_str());
  }
  return true;
}

sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

// Signals arrive in the main thread's wait and nowhere else. SHUTDOWN raises SIGTERM. Between them
// the thread looks after the pages and, now and then, the heap.
void wait_for_stop(const sigset_t& signals, PagePool& pages) {
  constexpr uint64_t kTicksPerDecay = 10;  // a second
  for (uint64_t tick = 1;; tick++) {
    constexpr timespec kTick{0, 100'000'000};
    const int signal = sigtimedwait(&signals, nullptr, &kTick);
    if (signal < 0) {
      pages.tend();
      if (tick % kTicksPerDecay == 0) decay_heap();
      continue;
    }
    if (signal == SIGHUP) {
      const Status opened = log::reopen_file();
      if (opened.ok())
        log::info("server", "SIGHUP: the log file is open again");
      else
        log::warning("server", "SIGHUP: %s; the old one stays", opened.error().c_str());
      continue;
    }
    log::info("server", "%s: stopping", signal == SIGINT ? "Ctrl-C" : "asked to stop");
    return;
  }
}

}  // namespace

int run_server(const CommandLine& line) {
  const sigset_t signals = block_signals();
  Options options = line.options;
  if (options.dir.empty()) options.dir = ".";
  if (Status entered = enter_folder(options); !entered.ok()) {
    fprintf(stderr, "cobnut: dir %s: %s\n", options.dir.c_str(), entered.error().c_str());
    return 1;
  }
  Background background(options);
  if (!prepare_process(options, background)) return 1;
  const size_t cpus = available_cpus();
  const size_t threads =
      std::min(options.threads > 0 ? static_cast<size_t>(options.threads) : cpus, kThreadsMax);
  fit_descriptors(options, threads);
  if (threads > cpus) {
    log::warning("server",
                 "threads=%zu is more than the %zu CPUs there are: a loop that is put aside while "
                 "it holds a shard holds up the others",
                 threads, cpus);
  }

  static const CommandTable table(command_families());
  set_command_table(&table);
  Server server(options, threads);
  server.run_id = random_hex(40);
  server.config_source = line.source;
  server.started_ms = monotonic_clock_ms();
  build_shards(server, options, shard_count(options, threads));
  std::atomic_flag stop_asked;  // a second SIGTERM would end the process without a clean stop
  server.shutdown = [&stop_asked] {
    if (!stop_asked.test_and_set()) kill(getpid(), SIGTERM);
  };
  server.kick = [](ClientInfo& client) { static_cast<LoopThread*>(client.loop)->kick(); };

  std::vector<std::unique_ptr<LoopThread>> loops;
  for (size_t i = 0; i < threads; i++) loops.push_back(std::make_unique<LoopThread>(server, i));
  for (const auto& loop : loops) server.loops.push_back(loop.get());
  Acceptor acceptor(server, loops);
  if (Status listening = acceptor.listen(options); !listening.ok()) {
    log::warning("server", "Failed listening on port %lld, aborting.",
                 static_cast<long long>(options.port));
    fprintf(stderr, "cobnut: %s\nIs another server running there? Choose another with --port.\n",
            listening.error().c_str());
    return 1;
  }
  server.apply = [&acceptor, threads](const Options& before, const Options& after) {
    return apply_options(before, after, acceptor, threads);
  };
  background.write_pidfile();
  acceptor.start();
  for (const auto& loop : loops) loop->start();
  print_start(options, server, threads);
  if (!options.logfile.empty()) log::info("server", "ready to accept connections");
  background.ready();

  wait_for_stop(signals, server.pages);
  background.stopping();
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  pthread_sigmask(SIG_UNBLOCK, &interrupt, nullptr);  // a second Ctrl-C ends the process at once
  loops[0]->begin_stop();
  acceptor.wait_closed();
  for (size_t i = 1; i < loops.size(); i++) loops[i]->begin_stop();
  for (const auto& loop : loops) loop->join();
  if (!options.unixsocket.empty()) unlink(options.unixsocket.c_str());
  log::info("server", "stopped, bye");
  return 0;
}

}  // namespace cobnut
