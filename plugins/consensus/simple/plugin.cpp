#include "tenon/plugin/export_consensus.hpp"

#include "simple/simple_consensus.hpp"

using tenon::consensus::simple::SimpleConsensus;

TENON_CONSENSUS_PLUGIN(SimpleConsensus)
