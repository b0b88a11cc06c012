// SPDX-License-Identifier: Apache-2.0
#include "tcp_socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace erg {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

// Of this machine where `name` is null.
Addresses addresses(const char* name, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV | (name ? 0 : AI_PASSIVE);
  addrinfo* found = nullptr;
  if (::getaddrinfo(name, std::to_string(port).c_str(), &wanted, &found) != 0) found = nullptr;
  return {found, &::freeaddrinfo};
}

int open_socket(const addrinfo& address) {
  return ::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, address.ai_protocol);
}

void set_up(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

[[noreturn]] void lost(int error) {
  throw RankLost{"another rank ended: its connection is gone" +
                 (error != 0 ? std::string{" ("} + std::strerror(error) + ")" : std::string{})};
}

bool again(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

TcpSocket::~TcpSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

TcpSocket TcpSocket::listening(const std::string& address) {
  for (const char* name : {address.c_str(), static_cast<const char*>(nullptr)}) {
    const Addresses found = addresses(name, 0);
    for (const addrinfo* each = found.get(); each; each = each->ai_next) {
      TcpSocket socket{open_socket(*each)};
      if (socket.descriptor_ < 0) continue;
      if (::bind(socket.descriptor_, each->ai_addr, each->ai_addrlen) != 0) continue;
      if (::listen(socket.descriptor_, SOMAXCONN) != 0) continue;
      set_up(socket.descriptor_);
      return socket;
    }
  }
  throw TrainingError{"cannot listen for the other ranks at " + address + ": " +
                      std::strerror(errno)};
}

TcpSocket TcpSocket::connected(const std::string& address, std::uint16_t port) {
  int error = 0;
  const Addresses found = addresses(address.c_str(), port);
  for (const addrinfo* each = found.get(); each; each = each->ai_next) {
    TcpSocket socket{open_socket(*each)};
    if (socket.descriptor_ >= 0 &&
        ::connect(socket.descriptor_, each->ai_addr, each->ai_addrlen) == 0) {
      set_up(socket.descriptor_);
      return socket;
    }
    error = errno;
  }
  throw TrainingError{"cannot reach rank 0 at " + address + ", port " + std::to_string(port) +
                      ": " + (error != 0 ? std::strerror(error) : "there is no such host")};
}

std::uint16_t TcpSocket::port() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

TcpSocket TcpSocket::accept(Patience& patience) const {
  for (;;) {
    const int descriptor = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor >= 0) {
      set_up(descriptor);
      return TcpSocket{descriptor};
    }
    if (!again(errno) && errno != ECONNABORTED) lost(errno);
    wait_for(POLLIN, patience);
  }
}

void TcpSocket::send(std::span<const std::byte> bytes, Patience& patience) const {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    } else if (again(errno)) {
      wait_for(POLLOUT, patience);
    } else {
      lost(errno);
    }
  }
}

void TcpSocket::receive(std::span<std::byte> bytes, Patience& patience) const {
  while (!bytes.empty()) {
    const auto got = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    if (got > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(got));
    } else if (got == 0) {
      lost(0);
    } else if (again(errno)) {
      wait_for(POLLIN, patience);
    } else {
      lost(errno);
    }
  }
}

void TcpSocket::wait_for(short events, Patience& patience) const {
  constexpr int kCheckEveryMs = 50;
  pollfd waited{descriptor_, events, 0};
  ::poll(&waited, 1, kCheckEveryMs);
  patience.check();
}

}  // namespace erg
