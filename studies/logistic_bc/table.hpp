// The breast-cancer table: 30 measurements of 569 tumours, and whether each was benign.
//
// Source: Wolberg, Street, Mangasarian, "Breast Cancer Wisconsin (Diagnostic)", UCI Machine Learning Repository (1995).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace trawl::studies::logistic {

inline constexpr std::size_t features = 30;

/// Rows of standardised features, kept both ways round so that products with either run along memory.
struct Table {
  std::vector<double> x;        ///< rows x 30
  std::vector<double> columns;  ///< 30 x rows
  std::vector<double> y;        ///< 1 benign, 0 malignant

  std::size_t rows() const { return y.size(); }
};

struct BreastCancer {
  std::array<std::string, features> names;
  std::array<double, features> means;
  std::array<double, features> deviations;  ///< population standard deviations
  Table table;                              ///< each column less its mean, over its deviation
};

/// Read once per process from the copy of breast_cancer.csv that is part of the program.
const BreastCancer& breast_cancer();

/// Some of the rows.
Table select(const Table& table, std::span<const std::uint32_t> chosen);

}  // namespace trawl::studies::logistic
