#include "command/clients.h"

namespace cobnut {

void Clients::add(std::shared_ptr<ClientInfo> info) {
  std::lock_guard guard(mutex_);
  clients_.emplace(info->id, std::move(info));
  count_.store(clients_.size(), std::memory_order_relaxed);
}

void Clients::remove(uint64_t id) {
  std::lock_guard guard(mutex_);
  clients_.erase(id);
  count_.store(clients_.size(), std::memory_order_relaxed);
}

void Clients::set_name(ClientInfo& info, std::string name) {
  std::lock_guard guard(mutex_);
  info.name = std::move(name);
}

std::string Clients::name(const ClientInfo& info) {
  std::lock_guard guard(mutex_);
  return info.name;
}

std::shared_ptr<ClientInfo> Clients::find(uint64_t id) {
  std::lock_guard guard(mutex_);
  const auto at = clients_.find(id);
  return at == clients_.end() ? nullptr : at->second;
}

void Clients::set_library(ClientInfo& info, std::string ClientInfo::*field, std::string value) {
  std::lock_guard guard(mutex_);
  info.*field = std::move(value);
}

std::pair<std::string, std::string> Clients::library(const ClientInfo& info) {
  std::lock_guard guard(mutex_);
  return {info.library_name, info.library_version};
}

std::vector<std::shared_ptr<ClientInfo>> Clients::all() {
  std::lock_guard guard(mutex_);
  std::vector<std::shared_ptr<ClientInfo>> all;
  all.reserve(clients_.size());
  for (const auto& [id, info] : clients_) all.push_back(info);
  return all;
}

}  // namespace cobnut
