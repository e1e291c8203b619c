#include "studies/transformer_count/transformer_count.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/studies/allocations.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using nlohmann::json;

const TransformerCount study;
constexpr double all = 0, two = 1, three = 2, none = 3;
constexpr double learned = 1;

double value(const Settings& settings, const std::string& output) {
  return evaluate_point(study, settings).at(output)[0];
}

TEST(TransformerCountGolden, has_the_standard_counts) {
  for (const char* name : {"standard_report_sizes", "standard_base", "standard_tiny"}) {
    const json& one = golden(std::string("transformer_count/") + name);
    const json& inputs = one.at("inputs");
    Settings settings{{"encoder_layers", inputs.at("N_enc").get<double>()},
                      {"decoder_layers", inputs.at("N_dec").get<double>()},
                      {"d_model", inputs.at("d_model").get<double>()},
                      {"d_ff", inputs.at("d_ff").get<double>()},
                      {"vocabulary", inputs.at("vocab").get<double>()}};
    const Values values = evaluate_point(study, settings);
    for (const auto& [field, output] : {std::pair{"per_encoder_layer", "encoder_layer"},
                                        {"per_decoder_layer", "decoder_layer"},
                                        {"stack_with_bias_and_layernorm", "stack"},
                                        {"stack_weights_only", "stack_weights"}})
      expect_golden(one, field, values.at(output));
    for (const auto& [field, tying] :
         {std::pair{"total_all", all}, {"total_two", two}, {"total_three", three}, {"total_none", none}}) {
      settings["tying"] = tying;
      expect_golden(one, field, value(settings, "total"));
    }
  }
}

TEST(TransformerCountGolden, has_the_reports_counts) {
  const json& one = golden("transformer_count/report_values");
  const json& inputs = one.at("inputs");
  const double d = inputs.at("N_head").get<double>() * inputs.at("N_qkv").get<double>();
  const Values values = evaluate_point(study, {{"encoder_layers", inputs.at("N_enc").get<double>()},
                                               {"decoder_layers", inputs.at("N_dec").get<double>()},
                                               {"heads", inputs.at("N_head").get<double>()},
                                               {"d_model", d},
                                               {"d_ff", inputs.at("N_hid").get<double>()},
                                               {"vocabulary", inputs.at("N_voc").get<double>()}});
  expect_golden(one, "d_model", d);
  expect_golden(one, "N1_encoder_blocks", values.at("report_encoder"));
  expect_golden(one, "N2_embeddings", values.at("report_embeddings"));
  expect_golden(one, "N3_decoder_blocks", values.at("report_decoder"));
  expect_golden(one, "per_block", values.at("report_block"));
  expect_golden(one, "per_block_times_128", 128 * values.at("report_block")[0]);
  expect_golden(one, "bracket_3q_plus_qh_plus_hid", values.at("report_block")[0] / d);
}

TEST(TransformerCountGolden, has_the_attention_and_the_positions) {
  for (const char* name : {"attention_d512_h8", "attention_d512_h1"}) {
    const json& one = golden(std::string("transformer_count/") + name);
    const Values values = evaluate_point(study, {{"d_model", one.at("inputs").at("d_model").get<double>()},
                                                 {"heads", one.at("inputs").at("heads").get<double>()}});
    expect_golden(one, "qkv_weights", values.at("qkv_weights"));
    expect_golden(one, "out_weights", values.at("attention_output_weights"));
    expect_golden(one, "report_bracket_counts_qkv_as", values.at("report_qkv"));
  }
  const json& one = golden("transformer_count/positional_V100");
  Settings settings{{"d_model", one.at("inputs").at("d_model").get<double>()},
                    {"vocabulary", one.at("inputs").at("vocab").get<double>()},
                    {"max_length", one.at("inputs").at("max_len").get<double>()},
                    {"output_bias", 1}};
  expect_golden(one, "sinusoidal", value(settings, "positional"));
  expect_golden(one, "output_projection_with_bias", value(settings, "output_projection"));
  settings["positions"] = learned;
  expect_golden(one, "learned_positional", value(settings, "positional"));
}

/// The count by listing every array of the network.
double listed(double layers_e, double layers_d, double d, double f, double v, double matrices) {
  const std::vector<double> attention{d * d, d, d * d, d, d * d, d, d * d, d};
  const std::vector<double> feed_forward{d * f, f, f * d, d};
  const std::vector<double> norm{d, d};
  const auto size = [](const std::vector<double>& arrays) {
    return std::accumulate(arrays.begin(), arrays.end(), 0.0);
  };
  double sum = matrices * v * d;
  for (int layer = 0; layer < layers_e; ++layer) sum += size(attention) + size(feed_forward) + 2 * size(norm);
  for (int layer = 0; layer < layers_d; ++layer) sum += 2 * size(attention) + size(feed_forward) + 3 * size(norm);
  return sum;
}

TEST(TransformerCount, is_the_sum_of_its_arrays) {
  for (const double layers : {0.0, 1.0, 5.0})
    for (const double d : {1.0, 24.0, 768.0})
      for (const double f : {0.0, 3072.0})
        EXPECT_EQ(value({{"encoder_layers", layers}, {"decoder_layers", 3}, {"d_model", d}, {"d_ff", f}}, "total"),
                  listed(layers, 3, d, f, 50000, 1));
}

TEST(TransformerCount, does_not_depend_on_the_number_of_heads) {
  const double once = value({}, "total");
  for (const double heads : {1.0, 2.0, 16.0, 512.0}) EXPECT_EQ(value({{"heads", heads}}, "total"), once);
}

TEST(TransformerCount, leaves_out_what_it_is_told_to) {
  EXPECT_EQ(value({{"biases", 0}, {"layer_norms", 0}}, "stack"), value({}, "stack_weights"));
  EXPECT_EQ(value({}, "stack") - value({{"layer_norms", 0}}, "stack"), (6 * 2 + 6 * 3) * 2 * 512);
  EXPECT_EQ(value({{"output_bias", 1}}, "total") - value({}, "total"), 50000);
}

TEST(TransformerCount, stays_exact_at_the_ends_of_its_domains) {
  const Settings largest{{"encoder_layers", 1000}, {"decoder_layers", 1000},     {"d_model", 65536},
                         {"d_ff", 1 << 20},        {"vocabulary", 1e7},          {"tying", three},
                         {"positions", learned},   {"max_length", 1'000'000'000}};
  EXPECT_LT(value(largest, "total"), 0x1p53);
  EXPECT_LT(value(largest, "report_embeddings"), 0x1p53);
}

TEST(TransformerCount, has_no_count_of_the_reports_where_heads_do_not_divide) {
  const Values values = evaluate_point(study, {{"heads", 7}});
  EXPECT_TRUE(std::isnan(values.at("report_block")[0]));
  EXPECT_FALSE(std::isnan(values.at("total")[0]));
}

TEST(TransformerCount, allocates_nothing_per_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
