#include "loop/loop.h"

#include <uv.h>

#include <algorithm>

#include "base/check.h"

namespace cobnut {

struct Loop::Handles {
  Hooks& hooks;
  uv_loop_t loop;
  uv_prepare_t prepare;
  uv_check_t check;
  uv_idle_t idle;  // active: the poll does not block
  uv_async_t async;
  uv_timer_t timer;
  uv_timer_t alarm;
  int64_t alarm_ms = INT64_MAX;
  bool spinning = false;

  explicit Handles(Hooks& h) : hooks(h) {}
};

namespace {

template <typename Handle>
Loop::Hooks& hooks_of(Handle* handle) {
  return *static_cast<Loop::Hooks*>(handle->data);
}

}  // namespace

Loop::Loop(Hooks& hooks) : handles_(std::make_unique<Handles>(hooks)) {
  Handles& h = *handles_;
  CHECK_EQ(uv_loop_init(&h.loop), 0);
  uv_prepare_init(&h.loop, &h.prepare);
  uv_check_init(&h.loop, &h.check);
  uv_idle_init(&h.loop, &h.idle);
  CHECK_EQ(uv_async_init(&h.loop, &h.async, [](uv_async_t*) {}),
           0);  // after_poll looks at everything anyway
  uv_timer_init(&h.loop, &h.timer);
  uv_timer_init(&h.loop, &h.alarm);
  h.prepare.data = h.alarm.data = &h;
  h.check.data = h.timer.data = &hooks;
  uv_prepare_start(&h.prepare, [](uv_prepare_t* handle) {
    auto& self = *static_cast<Handles*>(handle->data);
    const bool may_block = self.hooks.before_poll();
    // stop() was called in it: an idle handle started now would keep the loop for ever.
    if (uv_is_closing(reinterpret_cast<uv_handle_t*>(handle))) return;
    if (may_block == !self.spinning) return;
    self.spinning = !may_block;
    if (self.spinning) {
      uv_idle_start(&self.idle, [](uv_idle_t*) {});
    } else {
      uv_idle_stop(&self.idle);
    }
  });
  uv_check_start(&h.check, [](uv_check_t* handle) { hooks_of(handle).after_poll(); });
}

Loop::~Loop() {
  if (!uv_is_closing(reinterpret_cast<uv_handle_t*>(&handles_->async))) {
    stop();
    uv_run(&handles_->loop, UV_RUN_DEFAULT);
  }
  CHECK_EQ(uv_loop_close(&handles_->loop), 0);
}

void Loop::run() { uv_run(&handles_->loop, UV_RUN_DEFAULT); }

void Loop::stop() {
  Handles& h = *handles_;
  for (auto* handle :
       {reinterpret_cast<uv_handle_t*>(&h.prepare), reinterpret_cast<uv_handle_t*>(&h.check),
        reinterpret_cast<uv_handle_t*>(&h.idle), reinterpret_cast<uv_handle_t*>(&h.async),
        reinterpret_cast<uv_handle_t*>(&h.timer), reinterpret_cast<uv_handle_t*>(&h.alarm)}) {
    if (!uv_is_closing(handle)) uv_close(handle, nullptr);
  }
}

void Loop::wake() { uv_async_send(&handles_->async); }

void Loop::set_timer(int64_t period_ms) {
  const auto period = static_cast<uint64_t>(period_ms);
  if (uv_is_active(reinterpret_cast<uv_handle_t*>(&handles_->timer)) &&
      uv_timer_get_repeat(&handles_->timer) == period) {
    return;
  }
  uv_timer_start(
      &handles_->timer, [](uv_timer_t* handle) { hooks_of(handle).on_timer(); }, period, period);
}

void Loop::set_alarm(int64_t at_ms) {
  Handles& h = *handles_;
  if (at_ms == h.alarm_ms) return;
  h.alarm_ms = at_ms;
  if (at_ms == INT64_MAX) {
    uv_timer_stop(&h.alarm);
    return;
  }
  const int64_t delay_ms = std::max<int64_t>(at_ms - now_ms(), 0);
  uv_timer_start(
      &h.alarm,
      [](uv_timer_t* handle) {
        auto& self = *static_cast<Handles*>(handle->data);
        self.alarm_ms = INT64_MAX;
        self.hooks.on_alarm();
      },
      static_cast<uint64_t>(delay_ms), 0);
}

int64_t Loop::now_ms() const { return static_cast<int64_t>(uv_now(&handles_->loop)); }

uv_loop_s* Loop::uv() const { return &handles_->loop; }

}  // namespace cobnut
