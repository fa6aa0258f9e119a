// Asks for a cache line that will be read soon. Any address is fine, also one that is not mapped.
// Before it can go on the processor translates the address: prefetches that stand close together
// overlap their translations, one alone waits for its own (some 30 ns on a virtual machine).
#pragma once

namespace cobnut {

// always_inline and asm: g++ 12 deletes functions that only prefetch, and calls of them.
[[gnu::always_inline]] inline void prefetch(const void* address) {
  asm volatile("prefetcht0 %0" ::"m"(*static_cast<const char*>(address)));
}

}  // namespace cobnut
