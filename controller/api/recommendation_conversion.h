#ifndef BERTHMASTER_CONTROLLER_API_RECOMMENDATION_CONVERSION_H_
#define BERTHMASTER_CONTROLLER_API_RECOMMENDATION_CONVERSION_H_

#include "berthmaster/v1/recommendation.pb.h"
#include "controller/model/recommendation.h"

namespace berthmaster {

v1::Outlook ToProto(const Outlook& outlook);
v1::Recommendation ToProto(const Recommendation& recommendation);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_RECOMMENDATION_CONVERSION_H_
