// SPDX-License-Identifier: Apache-2.0
#include "nvml_status.h"

#include <algorithm>

namespace erg::nvml {
namespace {

constexpr std::string_view kReset = "sudo nvidia-smi --gpu-reset -i ID, or reboot";
constexpr std::string_view kReport = "nvidia-smi -q says more; dmesg | grep -i xid the reason";

constexpr Status kStatus[] = {
    {0, "NVML_SUCCESS", "done", "", Absence::none},
    {1, "NVML_ERROR_UNINITIALIZED", "the library was not started", kReport, Absence::failed},
    {2, "NVML_ERROR_INVALID_ARGUMENT", "a value out of range, or a card that is not there",
     "nvidia-smi -L lists the cards; nvidia-smi -q -d POWER the range of limits", Absence::failed},
    {3, "NVML_ERROR_NOT_SUPPORTED", "this card does not offer it", "", Absence::not_supported},
    {4, "NVML_ERROR_NO_PERMISSION", "this user may not", "run it as root: sudo -E erg ...",
     Absence::no_permission},
    {5, "NVML_ERROR_ALREADY_INITIALIZED", "the library was started twice", "", Absence::failed},
    {6, "NVML_ERROR_NOT_FOUND", "there is nothing there", "nvidia-smi -L", Absence::nothing_new},
    {7, "NVML_ERROR_INSUFFICIENT_SIZE", "the answer is longer than foreseen", "", Absence::failed},
    {8, "NVML_ERROR_INSUFFICIENT_POWER", "a power cable of the card is not plugged in",
     "plug in the card's power cables", Absence::failed},
    {9, "NVML_ERROR_DRIVER_NOT_LOADED", "NVIDIA's driver is not loaded", "sudo modprobe nvidia",
     Absence::failed},
    {10, "NVML_ERROR_TIMEOUT", "the driver did not answer in time", kReport, Absence::failed},
    {11, "NVML_ERROR_IRQ_ISSUE", "the kernel found a trouble with the card's interrupts", kReport,
     Absence::failed},
    {12, "NVML_ERROR_LIBRARY_NOT_FOUND", "the driver's library was not found",
     "sudo apt install nvidia-driver", Absence::failed},
    {13, "NVML_ERROR_FUNCTION_NOT_FOUND", "this driver is too old to know it", "update the driver",
     Absence::not_supported},
    {14, "NVML_ERROR_CORRUPTED_INFOROM", "the card's information memory is damaged", kReport,
     Absence::failed},
    {15, "NVML_ERROR_GPU_IS_LOST", "the card has fallen off the bus", kReset, Absence::device_lost},
    {16, "NVML_ERROR_RESET_REQUIRED", "the card needs a reset", kReset, Absence::device_lost},
    {17, "NVML_ERROR_OPERATING_SYSTEM", "the operating system blocks the driver", kReport,
     Absence::failed},
    {18, "NVML_ERROR_LIB_RM_VERSION_MISMATCH",
     "the library and the loaded driver are of different versions",
     "reboot, or reload the driver: sudo rmmod nvidia_uvm nvidia; sudo modprobe nvidia",
     Absence::failed},
    {19, "NVML_ERROR_IN_USE", "the card is in use", "nvidia-smi shows by whom", Absence::failed},
    {20, "NVML_ERROR_MEMORY", "the driver has no memory left", kReport, Absence::failed},
    {21, "NVML_ERROR_NO_DATA", "there are no readings yet", "sudo nvidia-smi -pm 1",
     Absence::nothing_new},
    {22, "NVML_ERROR_VGPU_ECC_NOT_SUPPORTED", "not on a virtual card with ECC", "",
     Absence::not_supported},
    {23, "NVML_ERROR_INSUFFICIENT_RESOURCES", "the driver has too little left of something",
     kReport, Absence::failed},
    {24, "NVML_ERROR_FREQ_NOT_SUPPORTED", "not a clock of this card",
     "nvidia-smi -q -d SUPPORTED_CLOCKS", Absence::not_supported},
    {25, "NVML_ERROR_ARGUMENT_VERSION_MISMATCH", "the driver knows another form of this call",
     "update the driver", Absence::not_supported},
    {26, "NVML_ERROR_DEPRECATED", "this driver has given it up", "", Absence::not_supported},
    {27, "NVML_ERROR_NOT_READY", "the card is not ready yet", "try again", Absence::failed},
    {28, "NVML_ERROR_GPU_NOT_FOUND", "there is no card", "lspci -d 10de: lists what is plugged in",
     Absence::device_lost},
    {29, "NVML_ERROR_INVALID_STATE", "not in the card's present state", kReport, Absence::failed},
    {30, "NVML_ERROR_RESET_TYPE_NOT_SUPPORTED", "not a kind of reset of this card", "",
     Absence::not_supported},
};
constexpr Status kUnknown{999, "NVML_ERROR_UNKNOWN", "the driver gave no reason", kReport,
                          Absence::failed};

}  // namespace

const Status& status(Return code) {
  const auto found = std::ranges::find(kStatus, code, &Status::code);
  return found == std::end(kStatus) ? kUnknown : *found;
}

std::string words(std::string_view call, Return code) {
  const Status& known = status(code);
  return std::string{call} + ": " + std::string{known.name} + " (" + std::to_string(code) +
         "): " + std::string{known.words};
}

SourceMissing unavailable(std::string_view call, Return code) {
  return {words(call, code), std::string{status(code).remedy}};
}

}  // namespace erg::nvml
