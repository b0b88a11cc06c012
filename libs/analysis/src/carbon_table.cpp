// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "erg/carbon.h"

namespace erg {
namespace {

// Yearly means: a place and a year, no hour. Countries by generation within them, without trade.
constexpr std::string_view kEmber =
    "Ember, Yearly Electricity Data 2024; life cycle, rounded to 5 g";
constexpr std::string_view kEgrid = "US EPA, eGRID2022, subregion total output CO2 equivalent";

// clang-format off
constexpr std::array kTable{
    GridIntensity{"AR", "Argentina", 355, 2023, kEmber},
    GridIntensity{"AT", "Austria", 110, 2023, kEmber},
    GridIntensity{"AU", "Australia", 550, 2023, kEmber},
    GridIntensity{"BE", "Belgium", 140, 2023, kEmber},
    GridIntensity{"BG", "Bulgaria", 335, 2023, kEmber},
    GridIntensity{"BR", "Brazil", 100, 2023, kEmber},
    GridIntensity{"CA", "Canada", 170, 2023, kEmber},
    GridIntensity{"CH", "Switzerland", 35, 2023, kEmber},
    GridIntensity{"CL", "Chile", 290, 2023, kEmber},
    GridIntensity{"CN", "China", 580, 2023, kEmber},
    GridIntensity{"CO", "Colombia", 260, 2023, kEmber},
    GridIntensity{"CZ", "Czechia", 450, 2023, kEmber},
    GridIntensity{"DE", "Germany", 380, 2023, kEmber},
    GridIntensity{"DK", "Denmark", 150, 2023, kEmber},
    GridIntensity{"EE", "Estonia", 415, 2023, kEmber},
    GridIntensity{"EG", "Egypt", 570, 2023, kEmber},
    GridIntensity{"ES", "Spain", 175, 2023, kEmber},
    GridIntensity{"FI", "Finland", 80, 2023, kEmber},
    GridIntensity{"FR", "France", 55, 2023, kEmber},
    GridIntensity{"GB", "United Kingdom", 240, 2023, kEmber},
    GridIntensity{"GR", "Greece", 335, 2023, kEmber},
    GridIntensity{"HK", "Hong Kong", 680, 2023, kEmber},
    GridIntensity{"HR", "Croatia", 205, 2023, kEmber},
    GridIntensity{"HU", "Hungary", 205, 2023, kEmber},
    GridIntensity{"ID", "Indonesia", 675, 2023, kEmber},
    GridIntensity{"IE", "Ireland", 290, 2023, kEmber},
    GridIntensity{"IL", "Israel", 580, 2023, kEmber},
    GridIntensity{"IN", "India", 715, 2023, kEmber},
    GridIntensity{"IS", "Iceland", 30, 2023, kEmber},
    GridIntensity{"IT", "Italy", 330, 2023, kEmber},
    GridIntensity{"JP", "Japan", 485, 2023, kEmber},
    GridIntensity{"KR", "South Korea", 430, 2023, kEmber},
    GridIntensity{"LT", "Lithuania", 160, 2023, kEmber},
    GridIntensity{"LU", "Luxembourg", 105, 2023, kEmber},
    GridIntensity{"LV", "Latvia", 125, 2023, kEmber},
    GridIntensity{"MX", "Mexico", 505, 2023, kEmber},
    GridIntensity{"MY", "Malaysia", 605, 2023, kEmber},
    GridIntensity{"NL", "Netherlands", 270, 2023, kEmber},
    GridIntensity{"NO", "Norway", 30, 2023, kEmber},
    GridIntensity{"NZ", "New Zealand", 115, 2023, kEmber},
    GridIntensity{"PL", "Poland", 660, 2023, kEmber},
    GridIntensity{"PT", "Portugal", 165, 2023, kEmber},
    GridIntensity{"RO", "Romania", 240, 2023, kEmber},
    GridIntensity{"RS", "Serbia", 635, 2023, kEmber},
    GridIntensity{"RU", "Russia", 440, 2023, kEmber},
    GridIntensity{"SA", "Saudi Arabia", 705, 2023, kEmber},
    GridIntensity{"SE", "Sweden", 40, 2023, kEmber},
    GridIntensity{"SG", "Singapore", 470, 2023, kEmber},
    GridIntensity{"SI", "Slovenia", 230, 2023, kEmber},
    GridIntensity{"SK", "Slovakia", 115, 2023, kEmber},
    GridIntensity{"TH", "Thailand", 550, 2023, kEmber},
    GridIntensity{"TR", "Turkey", 465, 2023, kEmber},
    GridIntensity{"TW", "Taiwan", 645, 2023, kEmber},
    GridIntensity{"UA", "Ukraine", 260, 2023, kEmber},
    GridIntensity{"US", "United States", 370, 2023, kEmber},
    GridIntensity{"US-AKGD", "US: Alaska grid", 477, 2022, kEgrid},
    GridIntensity{"US-AZNM", "US: Southwest", 352, 2022, kEgrid},
    GridIntensity{"US-CAMX", "US: California", 226, 2022, kEgrid},
    GridIntensity{"US-ERCT", "US: Texas", 350, 2022, kEgrid},
    GridIntensity{"US-FRCC", "US: Florida", 369, 2022, kEgrid},
    GridIntensity{"US-MROW", "US: Upper Midwest", 425, 2022, kEgrid},
    GridIntensity{"US-NEWE", "US: New England", 243, 2022, kEgrid},
    GridIntensity{"US-NWPP", "US: Northwest", 273, 2022, kEgrid},
    GridIntensity{"US-NYCW", "US: New York City", 402, 2022, kEgrid},
    GridIntensity{"US-NYUP", "US: Upstate New York", 125, 2022, kEgrid},
    GridIntensity{"US-RFCE", "US: Mid-Atlantic", 298, 2022, kEgrid},
    GridIntensity{"US-RFCM", "US: Michigan", 552, 2022, kEgrid},
    GridIntensity{"US-RFCW", "US: Ohio valley", 454, 2022, kEgrid},
    GridIntensity{"US-RMPA", "US: Rockies", 510, 2022, kEgrid},
    GridIntensity{"US-SPNO", "US: Kansas", 432, 2022, kEgrid},
    GridIntensity{"US-SPSO", "US: Oklahoma", 440, 2022, kEgrid},
    GridIntensity{"US-SRMV", "US: Lower Mississippi", 363, 2022, kEgrid},
    GridIntensity{"US-SRMW", "US: Illinois, Missouri", 621, 2022, kEgrid},
    GridIntensity{"US-SRSO", "US: Southeast", 405, 2022, kEgrid},
    GridIntensity{"US-SRTV", "US: Tennessee valley", 423, 2022, kEgrid},
    GridIntensity{"US-SRVC", "US: Carolinas, Virginia", 283, 2022, kEgrid},
    GridIntensity{"VN", "Vietnam", 470, 2023, kEmber},
    GridIntensity{"WORLD", "World", 475, 2019, "IEA 2019: a default, for want of a place"},
    GridIntensity{"ZA", "South Africa", 710, 2023, kEmber},
};
// clang-format on

}  // namespace

std::string_view grid_table_version() { return "2026-11"; }
std::span<const GridIntensity> grid_table() { return kTable; }

}  // namespace erg
