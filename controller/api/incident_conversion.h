#ifndef BERTHMASTER_CONTROLLER_API_INCIDENT_CONVERSION_H_
#define BERTHMASTER_CONTROLLER_API_INCIDENT_CONVERSION_H_

#include "berthmaster/v1/incident.pb.h"
#include "controller/model/incident.h"

namespace berthmaster {

v1::Incident ToProto(const Incident& incident);
v1::Evidence ToProto(const Evidence& evidence);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_INCIDENT_CONVERSION_H_
