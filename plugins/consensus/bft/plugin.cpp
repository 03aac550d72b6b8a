#include "tenon/plugin/export_consensus.hpp"

#include "bft/bft_consensus.hpp"

using tenon::consensus::bft::BftConsensus;

TENON_CONSENSUS_PLUGIN(BftConsensus)
