#include "studies/transformer_count/transformer_count.hpp"

#include <cmath>
#include <limits>

namespace trawl::studies {
namespace {

// Places of the parameters in a row.
enum Place : std::size_t {
  encoder_layers,
  decoder_layers,
  d_model,
  heads,
  d_ff,
  vocabulary,
  tying,
  biases,
  layer_norms,
  positions,
  max_length,
  output_bias,
};

enum OutputIndex : std::size_t {
  qkv_weights,
  attention_output_weights,
  attention,
  feed_forward,
  encoder_layer,
  decoder_layer,
  stack,
  stack_weights,
  vocabulary_parameters,
  positional,
  output_projection,
  total,
  report_qkv,
  report_block,
  report_encoder,
  report_embeddings,
  report_decoder,
};

Parameter whole(const char* name, double lower, double upper, double value, const char* description) {
  return {.name = name,
          .kind = Kind::integer,
          .domain = between(lower, upper),
          .default_value = value,
          .description = description};
}

Parameter choice(const char* name, std::vector<std::string> choices, const char* description) {
  return {.name = name, .kind = Kind::choice, .choices = std::move(choices), .description = description};
}

Parameter flag(const char* name, bool value, const char* description) {
  return {.name = name, .kind = Kind::flag, .default_value = value ? 1.0 : 0.0, .description = description};
}

Declaration make_declaration() {
  return {.name = "transformer_count",
          .group = "Structure",
          .summary = "Number of learned parameters of an encoder-decoder transformer, and a report's miscount of it.",
          .maths = "attention 4 d^2 + 4 d, feed-forward 2 d f + f + d, norm 2 d; vocabulary V d for each untied matrix",
          .source = "Report on transformers, independent components and conditional autoencoders (scanned)",
          .parameters = {
              whole("encoder_layers", 0, 1000, 6, "layers of the encoder, N_enc"),
              whole("decoder_layers", 0, 1000, 6, "layers of the decoder, N_dec"),
              whole("d_model", 1, 65536, 512, "size of a token's vector, d"),
              whole("heads", 1, 65536, 8, "attention heads, h; each has d / h numbers"),
              whole("d_ff", 0, 1 << 20, 1064, "size of the feed-forward layer, f; the report's N_hid"),
              whole("vocabulary", 0, 1e7, 50000, "number of tokens, V"),
              choice("tying", {"all", "two", "three", "none"},
                     "vocabulary matrices in the total: one that all share, two, three, or none"),
              flag("biases", true, "whether the layers have biases"),
              flag("layer_norms", true, "whether the layers have norms"),
              choice("positions", {"sinusoidal", "learned"}, "how positions are encoded"),
              whole("max_length", 0, 1e9, 0, "positions that are learned"),
              flag("output_bias", false, "whether the output projection has a bias"),
          }};
}

void count(const double* p, std::size_t task, const Columns& columns) {
  const auto set = [&](std::size_t output, double value) { columns.base[output][task] = value; };
  constexpr double matrices[] = {1, 2, 3, 0};  // in the order of tying's choices
  const double d = p[d_model], f = p[d_ff], v = p[vocabulary];
  const double layers = p[encoder_layers] + p[decoder_layers];

  const double attentions = 4 * d * d, attention_biases = p[biases] * 4 * d;
  const double hidden = 2 * d * f, hidden_biases = p[biases] * (f + d);
  const double norm = p[layer_norms] * 2 * d;
  const double one_attention = attentions + attention_biases;
  const double one_feed_forward = hidden + hidden_biases;
  const double encoder = one_attention + one_feed_forward + 2 * norm;
  const double decoder = 2 * one_attention + one_feed_forward + 3 * norm;
  const double all_layers = p[encoder_layers] * encoder + p[decoder_layers] * decoder;
  const double words = matrices[static_cast<int>(p[tying])] * v * d;
  const double places = p[positions] * p[max_length] * d;
  set(qkv_weights, 3 * d * d);
  set(attention_output_weights, d * d);
  set(attention, one_attention);
  set(feed_forward, one_feed_forward);
  set(encoder_layer, encoder);
  set(decoder_layer, decoder);
  set(stack, all_layers);
  set(stack_weights, layers * (attentions + hidden) + p[decoder_layers] * attentions);
  set(vocabulary_parameters, words);
  set(positional, places);
  set(output_projection, v * d + p[output_bias] * v);
  set(total, all_layers + words + places + p[output_bias] * v);

  const double quotient = d / p[heads];
  const double q = quotient == std::floor(quotient) ? quotient : std::numeric_limits<double>::quiet_NaN();
  const double block = d * (3 * q + q * p[heads] + f);
  set(report_qkv, d * 3 * q);
  set(report_block, block);
  set(report_encoder, p[encoder_layers] * block);
  set(report_embeddings, layers * q * p[heads] * v);
  set(report_decoder, p[decoder_layers] * block);
}

}  // namespace

TransformerCount::TransformerCount() : declaration_(make_declaration()) {}

OutputLayout TransformerCount::outputs(std::span<const Extent>) const {
  const char* indivisible = "heads does not divide d_model";
  return {
      .dimensions = {},
      .outputs = {
          {.name = "qkv_weights", .description = "weights of queries, keys and values of all heads of an attention"},
          {.name = "attention_output_weights", .description = "weights of an attention's output"},
          {.name = "attention", .description = "parameters of an attention"},
          {.name = "feed_forward", .description = "parameters of a feed-forward network"},
          {.name = "encoder_layer", .description = "parameters of a layer of the encoder"},
          {.name = "decoder_layer", .description = "parameters of a layer of the decoder"},
          {.name = "stack", .description = "parameters of all layers"},
          {.name = "stack_weights", .description = "of these the weights, without biases and norms"},
          {.name = "vocabulary_parameters", .description = "parameters of the vocabulary matrices in the total"},
          {.name = "positional", .description = "parameters of the positions"},
          {.name = "output_projection", .description = "the output projection by itself, with its bias"},
          {.name = "total", .description = "parameters of the whole transformer"},
          {.name = "report_qkv",
           .description = "the report's weights of queries, keys and values",
           .nan_means = indivisible},
          {.name = "report_block", .description = "the report's block", .nan_means = indivisible},
          {.name = "report_encoder", .description = "the report's encoder, N1", .nan_means = indivisible},
          {.name = "report_embeddings", .description = "the report's embeddings, N2", .nan_means = indivisible},
          {.name = "report_decoder", .description = "the report's decoder, N3", .nan_means = indivisible},
      }};
}

void TransformerCount::evaluate(const Tasks& tasks, const Columns& columns) const {
  for (std::size_t i = 0; i < tasks.size; ++i) count(tasks.row(i).data(), i, columns);
}

}  // namespace trawl::studies
