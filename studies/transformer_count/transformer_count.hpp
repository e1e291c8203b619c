// How many numbers a transformer learns.
#pragma once

#include "engine/study.hpp"

namespace trawl::studies {

/// Parameters of an encoder-decoder transformer, counted layer by layer, beside the count of a report:
///
///     attention      4 d^2 + 4 d                       (queries, keys, values of all heads, output; their biases)
///     feed-forward   2 d f + f + d
///     layer norm     2 d
///     encoder layer  attention + feed-forward + 2 norms
///     decoder layer  2 attentions + feed-forward + 3 norms
///     vocabulary     V d for each matrix that is not tied to another: 1 (all tied), 2, 3, or 0 (not counted)
///     positions      length d if learned, 0 if sinusoidal;   output bias V
///     report         block  d (3 q + q h + f),  encoder N_enc blocks,  decoder N_dec blocks,
///                    embeddings (N_enc + N_dec) q h V,   with q = d / h
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | N_enc, N_dec | encoder_layers, decoder_layers | 0 .. 1000 |
/// | d | d_model | 1 .. 65536 |
/// | h | heads | 1 .. 65536; no matter for the count, only for the report's |
/// | f | d_ff | 0 .. 2^20 |
/// | V | vocabulary | 0 .. 10^7 |
/// | | tying: all, two, three, none: how many vocabulary matrices the total has | |
/// | | biases, layer_norms: whether the layers have them | |
/// | | positions: sinusoidal, learned; max_length: positions learned | 0 .. 10^9 |
/// | | output_bias: whether the output projection has one | |
///
/// The report counts queries, keys and values of one head only, the feed-forward matrix once instead of twice, the
/// vocabulary once for each layer, and no cross attention. Its outputs are NaN where h does not divide d. Its fourth
/// term and its total cannot be made out of its formula and are not given.
/// Method: integer arithmetic in doubles, exact: every count in these domains is below 2^53. Error: none.
/// Cost: some 20 ns. Source: a scanned report on transformers, independent components and conditional autoencoders;
/// the layers are those of Vaswani et al., "Attention is all you need" (2017).
class TransformerCount final : public Study {
 public:
  TransformerCount();

  const Declaration& declaration() const override { return declaration_; }
  OutputLayout outputs(std::span<const Extent> extents) const override;
  std::size_t max_block() const override { return 1024; }
  void evaluate(const Tasks& tasks, const Columns& columns) const override;

 private:
  Declaration declaration_;
};

}  // namespace trawl::studies
