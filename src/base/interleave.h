// A point of a lock-free protocol at which another thread may do anything. The stress builds
// compile the protocol with COBNUT_YIELD_HOOK and define yield_hook(), which lets other threads go
// first at random; nothing in other builds.
#pragma once

namespace cobnut {

#if defined(COBNUT_YIELD_HOOK)
inline constexpr bool kStressBuild = true;  // limits may be small, so that they are met often
void yield_hook();
inline void interleave() { yield_hook(); }
#else
inline constexpr bool kStressBuild = false;
inline void interleave() {}
#endif

}  // namespace cobnut
