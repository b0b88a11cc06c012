// SPDX-License-Identifier: Apache-2.0
#include "train_options.h"

#include <cstdlib>
#include <filesystem>

#include "console.h"
#include "erg/catalogue.h"
#include "erg/network_file.h"
#include "number_checks.h"

namespace erg {
namespace {

void add_what(CLI::App& app, TrainOptions& options) {
  auto& training = options.training;
  app.add_option("NETWORK", options.network,
                 "A network of the catalogue (erg network list) or a file: JSON, ONNX")
      ->required();
  app.add_option("-d,--data", options.data,
                 "fashion_mnist, mnist, cifar10, cifar100, or "
                 "synthetic[:CxHxW[:CLASSES[:IMAGES]]]")
      ->required();
  app.add_option("--input", options.input, "Resize the images to HxW (default: the network's)")
      ->type_name("HxW");
  app.add_option("-e,--epochs", training.epochs, "How many epochs")
      ->check(at_least(1))
      ->capture_default_str();
  app.add_option("--max-steps", options.max_steps, "End after so many steps, however many epochs")
      ->check(at_least(1));
  app.add_option("--until-accuracy", options.until_accuracy,
                 "End when the test images reach this accuracy, in percent")
      ->check(between_numbers(0, 100));
  app.add_flag("--no-evaluate", options.no_evaluate, "No test after each epoch");
}

void add_how(CLI::App& app, TrainOptions& options) {
  auto& training = options.training;
  app.add_option("--optimizer", options.optimizer, "sgd, adam, adamw")->capture_default_str();
  app.add_option("--lr", training.optimizer.learning_rate, "Learning rate")
      ->check(at_least(0))
      ->capture_default_str();
  app.add_option("--momentum", training.optimizer.momentum, "Of sgd")
      ->check(at_least(0))
      ->capture_default_str();
  app.add_flag("--nesterov", training.optimizer.nesterov, "Nesterov's momentum");
  app.add_option("--weight-decay", training.optimizer.weight_decay, "")
      ->check(at_least(0))
      ->capture_default_str();
  app.add_option("--schedule", options.schedule,
                 "Of the learning rate: constant, cosine, step:EPOCHS[:GAMMA]")
      ->capture_default_str();
  app.add_option("--warmup", training.schedule.warmup_steps, "Steps of rising learning rate")
      ->check(at_least(0))
      ->capture_default_str();
  app.add_option("--init", options.initialization,
                 "torch, xavier_uniform, kaiming_normal, normal_02 (default: the network's)");
  app.add_option("--seed", training.seed, "Of weights, order and dropout")->capture_default_str();
}

void add_levels(CLI::App& app, TrainOptions& options) {
  app.add_option("--instrument", options.instrument,
                 "none, phases, layers, sync-step, sync-phases, sync-layers; nosync1 (sync-phases "
                 "but for the forward), nosync3 (phases, one wait a step)")
      ->capture_default_str();
  app.add_option("--layer-every", options.training.layer_every, "layers: on one in so many steps")
      ->check(at_least(1))
      ->capture_default_str();
  app.add_option("--profile", options.profile,
                 "After the training, measure the energy of a step's phases, or of its layers, by "
                 "blocks of step designs: phases, layers")
      ->type_name("WHAT");
  app.add_option("--profile-seconds", options.profile_seconds, "How long the profile may take")
      ->check(at_least(5))
      ->capture_default_str();
  app.add_flag("--predict", options.predict,
               "Say first what it will take, by the best stored model for this device (erg fit, "
               "erg predict calibrate), and at the end how right that was");
  app.add_option("--predict-model", options.predict_model,
                 "The same by this model: a stored one's name, or a file")
      ->type_name("MODEL");
  app.add_option("--save", options.save, "Write a checkpoint here at the end")->type_name("FILE");
  app.add_option("--resume", options.resume, "Go on from this checkpoint")->type_name("FILE");
}

void add_where(CLI::App& app, TrainOptions& options) {
  auto& training = options.training;
  app.add_option("--data-dir", options.data_dir,
                 "Where the images' files are (default: ERG_DATA_DIR, the user's and the system's "
                 "data folders)");
  app.add_option("--device", training.device, "cpu, cuda, cuda:N")->capture_default_str();
  app.add_option("--precision", options.precision, "fp32, tf32, bf16, fp16")->capture_default_str();
  app.add_flag("--channels-last", training.channels_last, "Images with their channels innermost");
  app.add_option("--threads", training.threads, "Of the CPU's operators (0: PyTorch's choice)")
      ->check(at_least(0))
      ->capture_default_str();
  app.add_option("--loader-threads", training.loader_threads, "That resize images (0: chosen)")
      ->check(at_least(0))
      ->capture_default_str();
}

void add_run(CLI::App& app, TrainOptions& options) {
  app.add_option("-n,--name", options.name, "What to call the run (default: the network)");
  app.add_option("-t,--tag", options.tags, "A tag to store with it; may be given again")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_flag("--no-measure", options.no_measure, "No sensors, no run: the work alone");
  app.add_flag("--json", options.json, "The run as JSON");
  app.add_flag("-q,--quiet", options.quiet, "No progress");
}

template <class Enum>
Enum meant(Enum (*from)(std::string_view), const std::string& word) {
  try {
    return from(word);
  } catch (const TrainingError& error) {
    throw UsageError{error.what()};
  }
}

}  // namespace

void add_options(CLI::App& app, TrainOptions& options) {
  app.add_option("-b,--batch", options.training.batch, "Images a step (of each rank)")
      ->check(at_least(1))
      ->capture_default_str();
  add_what(app, options);
  add_how(app, options);
  add_levels(app, options);
  add_place_options(app, options);
}

void add_place_options(CLI::App& app, TrainOptions& options) {
  add_where(app, options);
  add_run(app, options);
}

TrainingOptions training_options(const TrainOptions& options) {
  TrainingOptions training = options.training;
  training.optimizer.kind = meant(optimizer_kind_from, options.optimizer);
  training.precision = meant(precision_from, options.precision);
  training.instrumentation = meant(instrumentation_from, options.instrument);
  const auto warmup = training.schedule.warmup_steps;
  training.schedule = meant(schedule_from, options.schedule);
  training.schedule.warmup_steps = warmup;
  if (!options.initialization.empty()) {
    training.initialization = initialization_from(options.initialization);
    if (!training.initialization) {
      throw UsageError{"no initialization is called '" + options.initialization +
                       "'; there are torch, xavier_uniform, kaiming_normal, normal_02"};
    }
  }
  if (options.max_steps > 0) training.max_steps = options.max_steps;
  if (options.until_accuracy > 0) training.until_accuracy = options.until_accuracy / 100;
  training.evaluate = !options.no_evaluate;
  return training;
}

ProfileRequest profile_request(const TrainOptions& options) {
  ProfileRequest request;
  request.time = Seconds{0};
  if (options.profile.empty()) return request;
  if (options.profile != "phases" && options.profile != "layers") {
    throw UsageError{"--profile is phases or layers, not '" + options.profile + "'"};
  }
  if (options.no_measure) throw UsageError{"--profile measures: not with --no-measure"};
  request.layers = options.profile == "layers";
  request.time = Seconds{options.profile_seconds};
  request.seed = options.training.seed + 1;
  return request;
}

std::map<std::string, std::string> tags_of(const std::vector<std::string>& words) {
  std::map<std::string, std::string> tags;
  for (const auto& word : words) {
    const auto sign = word.find('=');
    if (sign == std::string::npos || sign == 0) {
      throw UsageError{"a tag is KEY=VALUE, not '" + word + "'"};
    }
    tags[word.substr(0, sign)] = word.substr(sign + 1);
  }
  return tags;
}

DataSet data_for(const TrainOptions& options, const std::string& name) {
  std::optional<std::filesystem::path> folder;
  if (!options.data_dir.empty()) folder = options.data_dir;
  DataSet data = load_data_set(name, data_places(folder));
  const char* wished = std::getenv("ERG_DATA_DIR");
  const bool read =
      data.name != "synthetic" && !data.source.empty() && !name.starts_with("synthetic");
  if (!folder && read && wished && *wished && !data.source.starts_with(wished)) {
    warn("ERG_DATA_DIR (" + std::string{wished} + ") has no " + name + ": its images come from " +
         data.source);
  }
  return data;
}

Network network_for(const TrainOptions& options, const DataSet& data) {
  NetworkOptions wanted;
  wanted.classes = data.classes;
  wanted.channels = data.train.shape[0];
  if (!options.input.empty()) {
    const auto size = shape_from(options.input);
    if (!size || size->rank() != 2) {
      throw UsageError{"--input is HxW, as in 224x224, not '" + options.input + "'"};
    }
    wanted.input = Shape{data.train.shape[0], (*size)[0], (*size)[1]};
  }
  std::error_code absent;
  if (!find_in_catalogue(options.network) &&
      std::filesystem::is_regular_file(options.network, absent)) {
    return load_network(options.network, {wanted.input, {}});
  }
  return make_network(options.network, wanted);
}

}  // namespace erg
