// SPDX-License-Identifier: Apache-2.0
#include "erg/checkpoint.h"

#include <charconv>

#include "checkpoint_file.h"
#include "erg/network_file.h"
#include "erg/trainer.h"
#include "training_state.h"

namespace erg {
namespace {

using Texts = std::map<std::string, std::string>;

template <class Number>
Number number(const std::filesystem::path& path, const Texts& texts, const std::string& name) {
  Number value{};
  const auto found = texts.find(name);
  if (found != texts.end()) {
    const auto& text = found->second;
    const auto end = text.data() + text.size();
    if (const auto [stop, error] = std::from_chars(text.data(), end, value);
        error == std::errc{} && stop == end) {
      return value;
    }
  }
  throw CheckpointError{path.string() + " does not say its " + name};
}

const std::string& text(const std::filesystem::path& path, const Texts& texts,
                        const std::string& name) {
  const auto found = texts.find(name);
  if (found == texts.end()) throw CheckpointError{path.string() + " does not say its " + name};
  return found->second;
}

Checkpoint about(const std::filesystem::path& path, const Texts& texts) {
  try {
    return {path,
            network_from_json(text(path, texts, "network"), path.string()),
            text(path, texts, "data"),
            number<std::uint64_t>(path, texts, "data_fingerprint"),
            number<std::uint64_t>(path, texts, "seed"),
            number<std::int64_t>(path, texts, "epoch"),
            number<std::int64_t>(path, texts, "step"),
            number<std::int64_t>(path, texts, "batch")};
  } catch (const NetworkError& error) {
    throw CheckpointError{path.string() + ": " + error.what()};
  }
}

// By which each tensor of the training is stored. What is not there to be filled is not stored.
std::map<std::string, at::Tensor> tensors_of(Trainer::State& state) {
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, tensor, trainable] : state.module.tensors()) {
    tensors["model." + name] = tensor;
  }
  for (const auto& [name, tensor] : state.optimizer.state()) tensors["optimizer." + name] = tensor;
  if (state.scaler) {
    tensors["scaler.scale"] = state.scaler->scale();
    tensors["scaler.growth"] = state.scaler->growth();
  }
  return tensors;
}

void fill(const std::filesystem::path& path, const std::string& name, at::Tensor tensor,
          const CheckpointContent& content) {
  const auto stored = content.tensors.find(name);
  if (stored == content.tensors.end() || stored->second.sizes() != tensor.sizes()) {
    throw CheckpointError{path.string() + " holds no " + name +
                          " as this training needs it: was it made with other options?"};
  }
  const at::NoGradGuard no_gradients;
  tensor.detach().copy_(stored->second);
}

}  // namespace

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  return about(path, read_checkpoint_file(path).texts);
}

void Trainer::save(const std::filesystem::path& path) const {
  CheckpointContent content;
  content.texts = {{"network", to_json(state_->module.network())},
                   {"data", state_->data.name},
                   {"data_fingerprint", std::to_string(state_->data.fingerprint())},
                   {"seed", std::to_string(state_->options.seed)},
                   {"epoch", std::to_string(state_->epoch)},
                   {"step", std::to_string(state_->step)},
                   {"batch", std::to_string(state_->batch_of_all())},
                   {"optimizer_steps", std::to_string(state_->optimizer.steps())}};
  for (const auto& [name, tensor] : tensors_of(*state_)) {
    content.tensors[name] = tensor.detach().cpu();
  }
  content.tensors["random.cpu"] = at::globalContext().defaultGenerator(at::kCPU).get_state();
  write_checkpoint_file(path, content);
}

void Trainer::load_weights(const std::filesystem::path& path) {
  const CheckpointContent content = read_checkpoint_file(path);
  if (about(path, content.texts).network != state_->module.network()) {
    throw CheckpointError{path.string() + " is of another network than " +
                          state_->module.network().name() + ", or of another input"};
  }
  for (const auto& [name, tensor, trainable] : state_->module.tensors()) {
    fill(path, "model." + name, tensor, content);
  }
}

void Trainer::resume(const std::filesystem::path& path) {
  load_weights(path);
  const CheckpointContent content = read_checkpoint_file(path);
  const Checkpoint checkpoint = about(path, content.texts);
  if (checkpoint.data_fingerprint != state_->data.fingerprint()) {
    throw CheckpointError{path.string() + " was trained on " + checkpoint.data +
                          " with other images than these"};
  }
  if (checkpoint.batch != state_->batch_of_all() || checkpoint.seed != state_->options.seed) {
    throw CheckpointError{path.string() + " was trained with --batch " +
                          std::to_string(checkpoint.batch) + " --seed " +
                          std::to_string(checkpoint.seed) + ": it goes on with these only"};
  }
  for (const auto& [name, tensor] : tensors_of(*state_)) fill(path, name, tensor, content);
  state_->optimizer.restore(number<std::int64_t>(path, content.texts, "optimizer_steps"));
  state_->epoch = checkpoint.epoch;
  state_->step = checkpoint.step;
  const auto random = content.tensors.find("random.cpu");
  if (random != content.tensors.end()) state_->random = random->second;
}

}  // namespace erg
