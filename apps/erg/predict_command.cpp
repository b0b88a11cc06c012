// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "carbon_options.h"
#include "console.h"
#include "data_sizes.h"
#include "erg/json_writer.h"
#include "erg/least_squares.h"
#include "erg/numbers.h"
#include "fit_work.h"
#include "number_checks.h"
#include "saved_models.h"
#include "subcommands.h"
#include "subprogram.h"

namespace erg {
namespace {

constexpr double kJoulesPerKwh = 3.6e6;

struct PredictOptions {
  std::string network;
  std::string device;
  std::string model;
  std::string input;
  std::string precision;
  std::int64_t classes = 0;
  std::int64_t batch = 128;
  std::string data;
  std::int64_t epochs = 1;
  double cap = 0;
  double price = 0;
  CarbonOptions carbon;
  bool force = false;
  bool json = false;
};

std::int64_t images_of(PredictOptions& options) {
  for (const auto& one : kDataSizes) {
    if (one.name != options.data) continue;
    if (options.classes == 0) options.classes = one.classes;
    return one.images;
  }
  std::int64_t images = 0;
  const auto& text = options.data;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), images);
  if (error != std::errc{} || end != text.data() + text.size() || images < 1) {
    throw UsageError{
        "--data is the number of training images, or one of fashion_mnist, mnist, "
        "cifar10, cifar100, imagenet; not '" +
        plain_text(text) + "'"};
  }
  return images;
}

Job job_of(PredictOptions& options, std::int64_t images) {
  Job job;
  job.complexity = complexity_of(options.network, options.input, options.classes, options.batch,
                                 options.precision);
  job.device = options.device;
  job.input = to_string(job.complexity.inputs.front());
  job.precision = options.precision;
  job.images = static_cast<double>(images) * static_cast<double>(options.epochs);
  if (options.cap > 0) job.cap = Watts{options.cap};
  return job;
}

template <class Value>
std::string interval_text(const Between<Value>& one, double level) {
  if (!one.low) return text(one.value) + "  (no interval: the model was not validated)";
  return fmt::format("{}  ({} to {}, {:.0f} %)", text(one.value), text(*one.low), text(*one.high),
                     100 * level);
}

std::string between_text(double value, std::optional<double> low, std::optional<double> high,
                         const std::string& unit) {
  if (!low) return fmt::format("{} {}", number(value), unit);
  return fmt::format("{} {}  ({} to {})", number(value), unit, number(*low), number(*high));
}

template <class Value>
void write_between(JsonWriter& out, const std::string& key, const std::string& unit,
                   const std::optional<Between<Value>>& one, double by = 1) {
  const auto si = [&](const std::optional<Value>& value) {
    return value ? std::optional{by * in_si(*value)} : std::nullopt;
  };
  out.member(key + unit, one ? std::optional{by * in_si(one->value)} : std::nullopt);
  out.member(key + "_low" + unit, one ? si(one->low) : std::nullopt);
  out.member(key + "_high" + unit, one ? si(one->high) : std::nullopt);
}

struct Answer {
  const EnergyModel& model;
  const Job& job;
  const Prediction& prediction;
  const PredictOptions& options;
  const GridChoice& grid;
};

double grams_per_joule(const Answer& answer) {
  return answer.grid.g_per_kwh * answer.options.carbon.pue / kJoulesPerKwh;
}

std::string json_of(const Answer& answer) {
  const auto& [model, job, prediction, options, grid] = answer;
  JsonWriter out{2};
  out.begin_object().member("network", job.complexity.network).member("device", model.scope.device);
  out.member("model", model.name).member("batch", options.batch).member("epochs", options.epochs);
  out.member("images", job.images).member("input", job.input);
  out.key("precision").value(job.precision.empty() ? std::nullopt : std::optional{job.precision});
  out.member("cap_w", job.cap ? std::optional{job.cap->value()} : std::nullopt);
  write_between(out, "energy", "_j", prediction.energy);
  write_between(out, "time", "_s", prediction.time);
  const bool priced = options.price > 0 && prediction.energy;
  write_between(out, "cost", "", priced ? prediction.energy : std::nullopt,
                options.carbon.pue * options.price / kJoulesPerKwh);
  write_between(out, "co2e", "_g", prediction.energy, grams_per_joule(answer));
  out.member("level", prediction.level).member("provenance", "modelled");
  out.member("pue", options.carbon.pue).member("intensity_g_per_kwh", grid.g_per_kwh);
  out.member("intensity_source", grid.source);
  out.key("notes").begin_array();
  for (const auto& note : prediction.notes) out.value(note);
  out.end_array().end_object();
  return out.take() + "\n";
}

std::string text_of(const Answer& answer) {
  const auto& [model, job, prediction, options, grid] = answer;
  std::string text = fmt::format("{}, batch {}, {} epochs, on {}, by the model '{}'\n",
                                 job.complexity.network, options.batch, options.epochs,
                                 model.scope.device.empty() ? "?" : plain_text(model.scope.device),
                                 plain_text(model.name));
  if (prediction.energy) {
    text += "energy  " + interval_text(*prediction.energy, prediction.level) + "\n";
  }
  if (prediction.time) {
    text += "time    " + interval_text(*prediction.time, prediction.level) + "\n";
  }
  const auto scaled = [&](double by, const std::string& unit) {
    const auto& energy = *prediction.energy;
    const auto times = [&](const std::optional<Joules>& value) {
      return value ? std::optional{by * value->value()} : std::nullopt;
    };
    return between_text(by * energy.value.value(), times(energy.low), times(energy.high), unit);
  };
  if (prediction.energy && options.price > 0) {
    text += "cost    " + scaled(options.carbon.pue * options.price / kJoulesPerKwh, "") + "\n";
  }
  if (prediction.energy) {
    text += "CO2e    " + scaled(grams_per_joule(answer), "g") +
            fmt::format(", {} g/kWh: {}; PUE {}\n", number(grid.g_per_kwh), grid.source,
                        number(options.carbon.pue));
  }
  for (const auto& note : prediction.notes) text += "note: " + note + "\n";
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : "; ") + word;
  return all;
}

int predict_job(const Commands& commands, PredictOptions options) {
  if (options.network.empty()) throw UsageError{"which network? erg predict NETWORK --device D"};
  if (options.data.empty()) throw UsageError{"--data: how many images has an epoch?"};
  const auto images = images_of(options);
  const Job job = job_of(options, images);
  EnergyModel model = options.model.empty() ? fitting_model(*store_of(commands), job, options.force)
                      : std::filesystem::exists(options.model)
                          ? read_model(options.model)
                          : stored_model(*store_of(commands), options.model);
  const auto against = objections(model, job);
  if (!against.empty() && !options.force) {
    throw FitError{"the model '" + model.name + "' is not for this: " + joined(against) +
                   "; fit or calibrate one that is (erg fit, erg predict calibrate), or --force"};
  }
  Prediction prediction = predict(model, job);
  for (const auto& one : against) prediction.notes.push_back("forced: " + one);
  const GridChoice grid = grid_choice(options.carbon);
  const Answer answer{model, job, prediction, options, grid};
  print(options.json ? json_of(answer) : text_of(answer));
  return 0;
}

int list_models(const Commands& commands) {
  TextTable table{{{"model"}, {"kind"}, {"device"}, {"rows"}, {"energy MAPE"}, {"time MAPE"}}};
  const auto mape = [](const std::optional<TargetModel>& one) -> std::string {
    if (!one) return "-";
    return one->scheme.empty() ? "not validated" : fmt::format("{:.1f} %", 100 * one->scores.mape);
  };
  for (const auto& model : stored_models(*store_of(commands))) {
    const auto& any = model.energy ? model.energy : model.time;
    table.add({model.name, any->model, plain_text(model.scope.device),
               std::to_string(model.training.rows), mape(model.energy), mape(model.time)});
  }
  print(table.text(stdout_style()));
  return 0;
}

struct CalibrateOptions {
  std::string device = "cpu";
  double seconds = 120;
  std::string precision = "fp32";
  std::string name;
  std::string check;
  std::int64_t check_batch = 64;
  bool json = false;
};

int calibrate(const Commands& commands, const CalibrateOptions& options) {
  if (!commands.store_url().empty()) ::setenv("ERG_STORE", commands.store_url().c_str(), 1);
  std::vector<std::string> arguments{"microbench",
                                     "--device",
                                     options.device,
                                     "--seconds",
                                     fmt::format("{}", options.seconds),
                                     "--precision",
                                     options.precision};
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) arguments.insert(arguments.end(), {option, value});
  };
  add("--name", options.name);
  add("--check", options.check);
  if (!options.check.empty()) add("--check-batch", std::to_string(options.check_batch));
  if (options.json) arguments.emplace_back("--json");
  return become_subprogram(arguments);
}

void add_calibrate(Commands& commands, CLI::App& app) {
  const auto options = std::make_shared<CalibrateOptions>();
  auto& command = commands.add(
      app, "calibrate", "Measure some tens of short microbenchmarks: a model of this device",
      "erg predict calibrate --device cuda\n"
      "  erg predict calibrate --device cpu --check lenet5,mobilenet_v2 --check-batch 8",
      [&commands, options] { return calibrate(commands, *options); });
  command.add_option("--device", options->device, "cpu, cuda, cuda:N")->capture_default_str();
  command.add_option("--seconds", options->seconds, "How long the microbenchmarks may take in all")
      ->check(at_least(5))
      ->capture_default_str();
  command.add_option("--precision", options->precision, "fp32, tf32, bf16, fp16")
      ->check(CLI::IsMember({"fp32", "tf32", "bf16", "fp16"}))
      ->capture_default_str();
  command.add_option("--name", options->name, "Of the model (default: the device's)");
  command
      .add_option(
          "--check", options->check,
          "Then measure the steps of these networks, which the calibration has not seen, and "
          "show how far off the model is")
      ->type_name("NETWORK,...");
  command.add_option("--check-batch", options->check_batch, "Their batch")
      ->check(at_least(1))
      ->capture_default_str();
  command.add_flag("--json", options->json, "The model as JSON");
}

}  // namespace

void add_predict(Commands& commands) {
  const auto options = std::make_shared<PredictOptions>();
  auto& app = commands.add(
      "predict", "Energy, time, cost and CO2 of a training that has not happened yet",
      "erg predict resnet18 --device H100 --batch 128 --data 50000 --epochs 30 --precision fp32",
      [&commands, options] { return predict_job(commands, *options); });
  app.add_option("NETWORK", options->network, "A name of the catalogue, or a file")->type_name("");
  app.add_option("--device", options->device, "On which device: a part of its name");
  app.add_option("--model", options->model,
                 "A stored model or a file (default: the best stored one for the device)");
  app.add_option("-b,--batch", options->batch, "Images a step")
      ->check(more_than(0))
      ->capture_default_str();
  app.add_option("-d,--data", options->data, "Images of an epoch, or a data set's name")
      ->type_name("N");
  app.add_option("-e,--epochs", options->epochs, "How many")
      ->check(more_than(0))
      ->capture_default_str();
  app.add_option("--precision", options->precision, "fp32, tf32, bf16, fp16")
      ->check(CLI::IsMember({"fp32", "tf32", "bf16", "fp16"}));
  app.add_option("--cap", options->cap, "Under this power limit")
      ->check(more_than(0))
      ->type_name("W");
  app.add_option("--input", options->input, "Shape of one image")->type_name("CxHxW");
  app.add_option("--classes", options->classes, "Outputs")->check(more_than(0));
  app.add_option("--price", options->price, "Of a kilowatt-hour, in any money")->check(at_least(0));
  add_grid_options(app, options->carbon);
  app.add_flag("--force", options->force, "Also with a model of another device or input");
  app.add_flag("--json", options->json, "As JSON");
  add_calibrate(commands, app);
  commands.add(app, "models", "The stored models", "erg predict models",
               [&commands] { return list_models(commands); });
}

}  // namespace erg
